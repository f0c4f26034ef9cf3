/** What a piece of work takes of this process, and how long it holds the event loop. */
import { existsSync, readFileSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Held = {
  wallMs: number
  /** processor time of the process, its other threads included */
  cpuMs: number
  /** the longest the event loop was held, whoever had the processor */
  delayMs: number
  /** the longest it was held by the process itself, at most: what its thread stood in line for a processor aside */
  ownDelayMs: number
}

const LOOK_INTERVAL_MS = 2
/** The main thread's own line: time on a processor, time waiting for one (ns), turns. Linux alone tells it. */
const LINE = `/proc/self/task/${process.pid}/schedstat`
const LINE_IS_TOLD = existsSync(LINE)

/** Runs the work and measures it. */
export async function watched<T>(work: () => Promise<T>): Promise<Held & { value: T }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let ownDelayMs = 0
  let seen = observe()
  const began = seen
  const look = () => {
    const now = observe()
    const held = now.at - seen.at - (now.waitedMs - seen.waitedMs)
    ownDelayMs = Math.max(ownDelayMs, Math.min(held, now.cpuMs - seen.cpuMs))
    seen = now
  }
  const looking = setInterval(look, LOOK_INTERVAL_MS)
  const value = await work()
  const ended = observe()
  // What was held last is seen in the turn after.
  await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS))
  look()
  clearInterval(looking)
  delay.disable()
  return {
    value,
    wallMs: ended.at - began.at,
    cpuMs: ended.cpuMs - began.cpuMs,
    delayMs: delay.count === 0 ? 0 : delay.max / 1e6,
    ownDelayMs,
  }
}

function observe(): { at: number; cpuMs: number; waitedMs: number } {
  const { user, system } = process.cpuUsage()
  const waitedMs = LINE_IS_TOLD ? Number(readFileSync(LINE, 'utf8').split(' ')[1]) / 1e6 : 0
  return { at: performance.now(), cpuMs: (user + system) / 1000, waitedMs }
}
