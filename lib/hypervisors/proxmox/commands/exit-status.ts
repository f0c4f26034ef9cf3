/**
 * How a task ended. 200 with a UPID only meant that a worker was forked; `exitstatus` is the whole truth, and it is a
 * sentence. Sentences of tasks are matched here and nowhere else; each has a recorded task in exit-status.test.ts, but for
 * those of a cluster without quorum, which are from Proxmox VE's source.
 */
import type { TaskEnd } from '@/lib/domain/command'
import type { Reason } from '@/lib/domain/reason'
import { NO_QUORUM } from '../errors'

/** Longest foreign text we keep. */
const TEXT_LIMIT = 500

/** Warnings of one task that are kept. */
const MOST_WARNINGS = 20

const SENTENCES: readonly { pattern: RegExp; reason: (groups: readonly string[]) => Reason }[] = [
  {
    pattern: /^(?:VM|CT) is locked \(([\w-]+)\)/,
    reason: ([lock = '']) => ({ code: 'guest-locked', lock: lockKind(lock), text: lock }),
  },
  {
    pattern: /^snapshot name '([^']+)' already used/,
    reason: ([name = '']) => ({ code: 'already-exists', what: 'snapshot', name }),
  },
  {
    pattern: /^snapshot '([^']+)' does not exist/,
    reason: ([name = '']) => ({ code: 'missing', what: 'snapshot', name }),
  },
  { pattern: NO_QUORUM, reason: () => ({ code: 'no-quorum' }) },
]

/** `lines`: the task's whole log, its last line included. */
export function endOf(exitstatus: string, lines: readonly string[]): TaskEnd {
  if (exitstatus === 'OK') return { ended: 'succeeded', warnings: freezeWarnings(lines) }
  // A warning is a success, although Proxmox VE's own filter for errors shows it (recorded 250, 312).
  const count = /^WARNINGS: (\d+)/.exec(exitstatus)
  if (count !== null) {
    const told = lines.flatMap((line) => (line.startsWith('WARN: ') ? [line.slice('WARN: '.length)] : []))
    const warnings = [...told.slice(0, MOST_WARNINGS), ...freezeWarnings(lines)]
    return { ended: 'succeeded', warnings: warnings.length === 0 ? [exitstatus] : warnings }
  }
  const native = exitstatus.slice(0, TEXT_LIMIT)
  // Its process ended without a word (killed, or the node went down): how far it came, the guest alone tells.
  if (exitstatus === 'unexpected status') return { ended: 'lost', why: { code: 'task-failed', text: native } }
  if (isFileLockText(exitstatus)) return { ended: 'failed', why: { code: 'guest-busy', task: 'qm cleanup' }, native }
  for (const { pattern, reason } of SENTENCES) {
    const found = pattern.exec(exitstatus)
    if (found !== null) return { ended: 'failed', why: reason(found.slice(1)), native }
  }
  return { ended: 'failed', why: { code: 'task-failed', text: native }, native }
}

/** What holds a guest, in our four words; the hypervisor's own stays beside it. */
const lockKind = (lock: string): 'backup' | 'snapshot' | 'migrate' | 'other' =>
  lock === 'backup' || lock === 'migrate'
    ? lock
    : lock.startsWith('snapshot') || lock === 'rollback'
      ? 'snapshot'
      : 'other'

/**
 * A guest that could not be frozen is told of in the log alone, in a task that is OK (recorded 343; the others from
 * its source): the snapshot is then as after a power cut.
 */
const FREEZE = /^(?:skipping guest(?: filesystem freeze|-agent 'fs-freeze')|guest-fsfreeze-(?:freeze|thaw) problems)/

const freezeWarnings = (lines: readonly string[]): string[] => lines.filter((line) => FREEZE.test(line))

/** Recorded 290–293 and 674: the 10 s of waiting for `/var/lock/qemu-server/lock-101.conf` were in vain. */
export const isFileLockText = (text: string): boolean =>
  /^can't lock file '\/var\/lock\/qemu-server\/lock-\d+\.conf' - got timeout/.test(text)

/** Recorded 291, 319: `trying to acquire lock...`, then ` OK` or the end; before a first line there is a made-up one. */
const WAITING = 'trying to acquire lock...'
const NO_LINES = 'no content'

/** What the beginning of a log says: nothing yet, that the worker waits for the file lock, gave up, or works. */
export function beginningOf(lines: readonly string[]): 'silent' | 'waiting' | 'gave-up' | 'begun' {
  const [first, second] = realLines(lines)
  if (first === undefined) return 'silent'
  if (first !== WAITING) return 'begun'
  if (second === undefined) return 'waiting'
  return isFileLockText(second.replace(/^TASK ERROR: /, '')) ? 'gave-up' : 'begun'
}

/** A log with nothing in it is answered with a line all the same. */
export const realLines = (lines: readonly string[]): readonly string[] =>
  lines.length === 1 && lines[0] === NO_LINES ? [] : lines

/** The last line repeats the exit status. */
export const isEndLine = (line: string): boolean => /^TASK (?:OK$|WARNINGS: |ERROR: )/.test(line)

/** Whether a log was read to its end: nothing is written after the line that repeats this exit status. */
export const endsWith = (lines: readonly string[], exitstatus: string): boolean =>
  [`TASK ${exitstatus}`, `TASK ERROR: ${exitstatus}`].includes(lines.at(-1) ?? '')

/** `transferred 16.0 MiB of 64.0 MiB (25.00%) in 1s`, `Rolling back to snapshot: 27% complete...`; null = no figure. */
export function percentIn(line: string): number | null {
  const figure = /(?:^|[\s(])(\d{1,3}(?:\.\d+)?)\s?%/.exec(line)?.[1]
  const percent = figure === undefined ? Number.NaN : Number(figure)
  return percent >= 0 && percent <= 100 ? percent : null
}
