import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** What one command said. `code` is its exit status, 128 + n when signal n ended it. */
export type CommandResult = { stdout: string; stderr: string; code: number }

export type RunOptions = { input?: string; timeoutMs?: number; env?: Record<string, string> }

/** A mount and PID namespace; everything that ever started in it ends with its first process. */
export type Namespace = {
  /** The namespace's first process, as this machine numbers it. */
  initPid: number
  /** Runs one command inside, to its end. Never throws for a failing command. */
  run(command: string, args: string[], options?: RunOptions): Promise<CommandResult>
  /** This machine's number of the process that is `innerPid` inside; null when there is none. */
  outerPid(innerPid: number): number | null
  /** Every process inside, as this machine numbers them. */
  pids(): number[]
}

/** Exceeding this means something hangs: QEMU's slowest start here takes 2 s. */
const COMMAND_TIMEOUT_MS = 120_000

/** The namespace over `dir` whose first process is `initPid`; any root process of this machine may use it. */
export function attachNamespace(initPid: number, dir: string): Namespace {
  const own = readlinkSync(`/proc/${initPid}/ns/pid`)
  const statuses = () => {
    const found: { outer: number; inner: number }[] = []
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue
      const status = readNamespaced(entry, own)
      if (status !== null) found.push({ outer: Number(entry), inner: status })
    }
    return found
  }
  return {
    initPid,
    run: (command, args, options = {}) =>
      runCommand(
        'nsenter',
        ['--target', String(initPid), '--mount', '--pid', '--root', '--wd', '--', command, ...args],
        // virsh and ssh keep histories at home: a home of the laboratory's own.
        { ...options, env: { HOME: join(dir, 'tmp'), ...options.env } },
      ),
    outerPid: (innerPid) => statuses().find((status) => status.inner === innerPid)?.outer ?? null,
    pids: () => statuses().map((status) => status.outer),
  }
}

/** The number a process has inside the PID namespace `own`; null when it lives elsewhere or ended meanwhile. */
function readNamespaced(pid: string, own: string): number | null {
  try {
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== own) return null
    const numbers = /^NSpid:\s+(.+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
    return numbers === undefined ? null : Number(numbers.split(/\s+/).at(-1))
  } catch {
    return null // the process ended between the listing and the reading
  }
}

/** Runs one command of this machine to its end, without a shell. */
export function runCommand(command: string, args: string[], options: RunOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    // Its own process group: nsenter's child would outlive a kill of nsenter alone, and keep our pipes open.
    const env = { ...process.env, LC_ALL: 'C.UTF-8', ...options.env }
    const child = spawn(command, args, { env, detached: true })
    const out: Buffer[] = []
    const err: Buffer[] = []
    const kill = () => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL')
    const timer = setTimeout(kill, options.timeoutMs ?? COMMAND_TIMEOUT_MS)
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') reject(error) // EPIPE: the command ended without reading all; its status says why
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      reject(error)
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const stderr = Buffer.concat(err).toString() + (signal === null ? '' : `\nended by ${signal}`)
      resolve({ stdout: Buffer.concat(out).toString(), stderr, code: code ?? 128 + (signal === 'SIGKILL' ? 9 : 15) })
    })
    child.stdin.end(options.input ?? '')
  })
}

export type OwnedNamespace = Namespace & {
  /** Ends every process inside, drops its mounts and removes its directory. */
  close(): Promise<void>
}

/**
 * The keeper. Its first process holds a pipe to us and reads it: when we end, for whatever reason and however suddenly,
 * the kernel closes the pipe, the first process ends, the kernel ends everything in its PID namespace and drops the
 * mounts, and the shell outside removes the directory. So nothing needs to notice that we are gone.
 * bash, not sh: as first process it must reap what daemons leave behind.
 */
const KEEPER = `
unshare --mount --propagation private --pid --fork --kill-child --mount-proc \
  bash "$1/keeper.sh" "$1" 3>&1 1>>"$1/keeper.log" 2>&1
code=$?
rm -rf --one-file-system -- "$1"
exit $code
`

/**
 * Opens a namespace over `dir`, in which `<dir>/keeper.sh` has been written: it must source nothing, set up its mounts,
 * and end with `awaitEnd`. Its last line of standard output is an answer of readiness.
 */
export async function openNamespace(
  dir: string,
): Promise<{ ok: true; namespace: OwnedNamespace } | { ok: false; why: string }> {
  const keeper = spawn('sh', ['-c', KEEPER, 'snapwarden-lab', dir], {
    detached: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const ended = new Promise<number>((resolve) => keeper.on('close', (code) => resolve(code ?? 1)))
  const ready = await Promise.race([readiness(keeper), ended.then(() => null)])
  if (ready === null)
    return { ok: false, why: 'this machine does not let the laboratory make a mount namespace of its own' }
  if (ready !== 'ready') {
    keeper.stdin?.end()
    await ended
    return { ok: false, why: `the laboratory's namespace could not be prepared: ${ready}` }
  }
  const initPid = firstProcess(keeper)
  return {
    ok: true,
    namespace: {
      ...attachNamespace(initPid, dir),
      close: async () => {
        keeper.stdin?.end()
        await ended
      },
    },
  }
}

/** The script's end: says that the mounts stand and waits for our pipe to close. */
export const AWAIT_END = 'echo ready >&3; exec 3>&-; while read -r line; do :; done'

const readiness = (keeper: ChildProcess) =>
  new Promise<string>((resolve) => {
    keeper.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
  })

/** keeper shell → unshare → first process. */
function firstProcess(keeper: ChildProcess): number {
  const unshare = childrenOf(keeper.pid ?? 0)[0]
  const init = unshare === undefined ? undefined : childrenOf(unshare)[0]
  if (init === undefined) throw new Error("the laboratory's namespace has no first process")
  return init
}

const childrenOf = (pid: number) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number)
