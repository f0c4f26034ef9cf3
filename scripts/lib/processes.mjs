import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { errorCode } from './problem.mjs'

/** A process as we remember it in a file: process ids are reused, so the start time belongs to its identity. */
/** @typedef {{ pid: number, startedAt: string | null }} ProcessMark */

const POLL_MS = 25

/**
 * Whether a process with this id exists (a zombie waiting for its parent counts as gone).
 * @param {number} pid
 */
export function isAlive(pid) {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if (errorCode(error) === 'EPERM') return true
    if (errorCode(error) === 'ESRCH') return false
    throw error
  }
  return stateOf(pid) !== 'Z'
}

/**
 * Remembers a running process so that it can be told apart from a later one with the same id.
 * @param {number} pid
 * @returns {ProcessMark} `startedAt` names the boot and the kernel's start tick, or is null where there is no /proc
 */
export function markOf(pid) {
  const tick = statFields(pid)?.[19]
  return { pid, startedAt: tick === undefined ? null : `${bootId()}:${tick}` }
}

/**
 * Whether exactly this process still runs.
 * @param {ProcessMark} mark
 */
export function stillRuns(mark) {
  if (!isAlive(mark.pid)) return false
  const now = markOf(mark.pid).startedAt
  return mark.startedAt === null || now === null || now === mark.startedAt
}

/**
 * Sends a signal to exactly this process; a process that is gone, or an id now used by another, is left alone.
 * @param {ProcessMark} mark
 * @param {NodeJS.Signals} signal
 */
export function signalProcess(mark, signal) {
  if (!stillRuns(mark)) return
  try {
    process.kill(mark.pid, signal)
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error
  }
}

/**
 * Waits until the process is gone.
 * @param {ProcessMark} mark
 * @param {number} timeoutMs
 * @returns {Promise<boolean>} false when it still runs after `timeoutMs`
 */
export async function waitForEnd(mark, timeoutMs) {
  const deadline = performance.now() + timeoutMs
  while (stillRuns(mark)) {
    if (performance.now() >= deadline) return false
    await wait(POLL_MS)
  }
  return true
}

/**
 * Ends a process: each signal in turn, with its patience; at last SIGKILL.
 * @param {ProcessMark} mark
 * @param {readonly { signal: NodeJS.Signals, patienceMs: number }[]} signals
 */
export async function endProcess(mark, signals) {
  for (const { signal, patienceMs } of signals) {
    signalProcess(mark, signal)
    if (await waitForEnd(mark, patienceMs)) return
  }
  signalProcess(mark, 'SIGKILL')
  await waitForEnd(mark, 2_000)
}

/**
 * The process that ran `npm start`: our parent, or the parent of the shell npm puts between. Null where there is no
 * /proc and a shell may be in the way.
 * @returns {ProcessMark | null}
 */
export function npmAbove() {
  const { ppid } = process
  if (statFields(ppid) === null) return null
  const name = readFileSync(`/proc/${ppid}/comm`, 'utf8').trim()
  const isShell = /^(sh|dash|bash|busybox|zsh|ksh)$/.test(name)
  return markOf(isShell ? Number(statFields(ppid)?.[1]) : ppid)
}

/**
 * Every process whose working directory is `directory`. PostgreSQL's server and its helpers all work inside their data
 * directory, so this finds them whatever their pid file says. Empty where there is no /proc.
 * @param {string} directory absolute, without symbolic links
 * @returns {number[]}
 */
export function processesIn(directory) {
  const found = []
  for (const entry of listProc()) {
    try {
      if (readlinkSync(`/proc/${entry}/cwd`) === directory) found.push(Number(entry))
    } catch (error) {
      // It ended meanwhile, or belongs to another user: not ours either way.
      if (!['ENOENT', 'EACCES', 'ESRCH', 'EPERM'].includes(errorCode(error) ?? '')) throw error
    }
  }
  return found.filter(isAlive)
}

function listProc() {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return []
    throw error
  }
}

/** Start ticks count from the boot: without its name, a process of before a restart could be taken for a later one. */
function bootId() {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
}

/** @param {number} pid */
function stateOf(pid) {
  return statFields(pid)?.[0] ?? null
}

/**
 * /proc/PID/stat after the command name (which may hold spaces and parentheses): [0] state … [19] start time.
 * @param {number} pid
 */
function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes(errorCode(error) ?? '')) return null
    throw error
  }
}
