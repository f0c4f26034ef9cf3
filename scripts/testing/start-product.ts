import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { endProcess, isAlive, markOf } from '../lib/processes.mjs'
import { root } from '../lib/root.mjs'

/** A launcher started by a test, as a person would start it. */
export type Launched = {
  readonly child: ChildProcess
  readonly pid: number
  readonly stdout: () => string[]
  readonly stderr: () => string
  readonly exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>
}

export type Runtime = {
  readonly url: string
  readonly databaseUrl: string
  readonly children: readonly { readonly name: string; readonly mark: { readonly pid: number } }[]
}

/** A first start may have to build; after that it is seconds. */
const READY_TIMEOUT_MS = 900_000
const READY = 'Snapwarden ready: '
const POLL_MS = 20
const launched = new Set<Launched>()
const directories = new Set<string>()

/** A fresh data directory below `parent`, removed by `cleanUp`. */
export function temporaryData(parent = tmpdir()): string {
  const directory = realpathSync(mkdtempSync(join(parent, 'snapwarden-start-')))
  directories.add(directory)
  return directory
}

/** Starts the launcher without a terminal and without stdin. */
export function launchProduct(
  args: readonly string[],
  options: { env?: Record<string, string>; uid?: number; node?: readonly string[] } = {},
): Launched {
  const { DATABASE_URL: _d, PORT: _p, npm_lifecycle_event: _n, ...inherited } = process.env
  const child = spawn(process.execPath, [...(options.node ?? []), join(root, 'scripts', 'start.mjs'), ...args], {
    cwd: root,
    env: { ...inherited, CI: 'true', NODE_ENV: 'production', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk) => (stdout += chunk))
  child.stderr.on('data', (chunk) => (stderr += chunk))
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
  })
  if (child.pid === undefined) throw new Error('the launcher could not be spawned')
  const self: Launched = {
    child,
    pid: child.pid,
    // Whole lines only: a piece of one may have come.
    stdout: () =>
      stdout
        .split('\n')
        .slice(0, -1)
        .filter((line) => line !== ''),
    stderr: () => stderr,
    exited,
  }
  launched.add(self)
  return self
}

/** Starts the launcher on a data directory, on a port that is free, and waits for its ready line. */
export async function startProduct(
  data: string,
  options: Parameters<typeof launchProduct>[1] & { args?: readonly string[] } = {},
): Promise<Launched & { port: number; runtime: () => Runtime }> {
  const self = launchProduct(['--port', '0', '--data', data, ...(options.args ?? [])], options)
  let ended = false
  void self.exited.then(() => {
    ended = true
  })
  const ready = () => self.stdout().find((line) => line.startsWith(READY))
  await until(() => ready() !== undefined || ended, READY_TIMEOUT_MS)
  if (ended) throw new Error(`the launcher ended before it was ready:\n${self.stderr()}`)
  const port = Number(new URL(ready()?.slice(READY.length) ?? '').port)
  return { ...self, port, runtime: () => readRuntime(data) }
}

export function readRuntime(data: string): Runtime {
  return JSON.parse(readFileSync(join(data, 'runtime.json'), 'utf8'))
}

/** The process ids of everything the launcher runs, by name. */
export function childPids(runtime: Runtime): Record<string, number> {
  return Object.fromEntries(runtime.children.map(({ name, mark }) => [name, mark.pid]))
}

/** Waits until `condition` holds. */
export async function until(condition: () => boolean | Promise<boolean>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`it did not come true within ${timeoutMs} ms: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, POLL_MS))
  }
}

/** Waits until every one of these processes is gone; answers how long that took. */
export async function untilGone(pids: readonly number[], timeoutMs: number): Promise<number> {
  const began = performance.now()
  await until(() => pids.every((pid) => !isAlive(pid)), timeoutMs)
  return performance.now() - began
}

/** Ends what a test left running and removes its directories. */
export async function cleanUp(): Promise<void> {
  for (const { pid, exited, child } of launched) {
    if (child.exitCode === null && child.signalCode === null) {
      await endProcess(markOf(pid), [{ signal: 'SIGTERM', patienceMs: 12_000 }])
      await exited
    }
  }
  launched.clear()
  for (const directory of directories) {
    for (const { mark } of leftIn(directory)) await endProcess({ ...mark, startedAt: null }, [])
    // A helper of a killed database may still write when its server is gone already.
    rmSync(directory, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  }
  directories.clear()
}

function leftIn(directory: string): Runtime['children'] {
  try {
    return readRuntime(directory).children
  } catch {
    // No server wrote one, or it removed it at its end: nothing is left.
    return []
  }
}
