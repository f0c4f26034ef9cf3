import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Namespace } from './namespace'

/** The laboratory's libvirtd, as tests may mistreat it. */
export type LabDaemon = {
  /** This machine's number of libvirtd; throws when it does not run. */
  pid(): number
  running(): boolean
  /** SIGKILL; resolves when the process is gone. Guests keep running. */
  kill9(): Promise<void>
  /** SIGSTOP: connections stay open, nothing answers. */
  stop(): Promise<void>
  cont(): Promise<void>
  /** Starts libvirtd, ending a running one in order first; resolves when it accepts connections. */
  restart(): Promise<void>
}

/** libvirtd's own orderly end takes < 1 s; it is given this long, on however busy a machine, before we call it a hang. */
const END_TIMEOUT_MS = 60_000

/** Rules libvirtd of the laboratory through its PID file. `listen` opens its TCP and TLS ports too. */
export function createDaemon(namespace: Namespace, dir: string, listen: boolean): LabDaemon {
  const pidFile = join(dir, 'run', 'libvirtd.pid')
  // After SIGKILL the file stays: its number is believed only while a libvirtd lives under it.
  const find = () => {
    const found = existsSync(pidFile) ? namespace.outerPid(Number(readFileSync(pidFile, 'utf8'))) : null
    return found !== null && isAlive(found, 'libvirtd') ? found : null
  }
  const pid = () => {
    const found = find()
    if (found === null) throw new Error("the laboratory's libvirtd is not running")
    return found
  }
  const kill9 = async () => {
    const victim = pid()
    process.kill(victim, 'SIGKILL')
    await untilGone(victim)
  }
  return {
    pid,
    running: () => find() !== null,
    kill9,
    stop: async () => {
      process.kill(pid(), 'SIGSTOP')
    },
    cont: async () => {
      process.kill(pid(), 'SIGCONT')
    },
    restart: async () => {
      const old = find()
      if (old !== null) {
        process.kill(old, 'SIGCONT')
        process.kill(old, 'SIGTERM')
        await untilGone(old)
      }
      const started = await namespace.run('libvirtd', ['--daemon', ...(listen ? ['--listen'] : [])])
      if (started.code !== 0) throw new Error(`libvirtd did not start: ${started.stderr}${readLog(dir)}`)
    },
  }
}

const readLog = (dir: string) => {
  const file = join(dir, 'log', 'libvirtd.log')
  return existsSync(file) ? `\n${readFileSync(file, 'utf8').split('\n').slice(-6).join('\n')}` : ''
}

/** Resolves when the process has ended (a zombie counts: it holds no file and no socket). */
export async function untilGone(pid: number): Promise<void> {
  const deadline = performance.now() + END_TIMEOUT_MS
  while (isAlive(pid)) {
    if (performance.now() > deadline) throw new Error(`process ${pid} did not end within ${END_TIMEOUT_MS} ms`)
    await pause(5)
  }
}

/** Whether a process lives (a zombie does not), and under this name when one is given. */
export function isAlive(pid: number, name?: string): boolean {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    return !/^State:\s+[ZX]/m.test(status) && (name === undefined || status.startsWith(`Name:\t${name}\n`))
  } catch {
    return false // no such file: the process is gone
  }
}
