/** What a piece of work takes of this process, and how long it holds the event loop. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export type Held = {
  wallMs: number
  /** processor time of the process, its other threads included */
  cpuMs: number
  /** the longest the event loop was held, whoever had the processor */
  delayMs: number
  /** the longest it was held by the process itself, at most: other threads of it count, too */
  ownDelayMs: number
}

const LOOK_INTERVAL_MS = 2

/** Runs the work and measures it. */
export async function watched<T>(work: () => Promise<T>): Promise<Held & { value: T }> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let ownDelayMs = 0
  let seen = { at: performance.now(), cpu: process.cpuUsage() }
  const look = () => {
    const now = { at: performance.now(), cpu: process.cpuUsage() }
    ownDelayMs = Math.max(ownDelayMs, Math.min(now.at - seen.at, millisOf(now.cpu) - millisOf(seen.cpu)))
    seen = now
  }
  const looking = setInterval(look, LOOK_INTERVAL_MS)
  const began = { ...seen }
  const value = await work()
  const cpuMs = millisOf(process.cpuUsage(began.cpu))
  const wallMs = performance.now() - began.at
  // What was held last is seen in the turn after.
  await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS))
  look()
  clearInterval(looking)
  delay.disable()
  return { value, wallMs, cpuMs, delayMs: delay.count === 0 ? 0 : delay.max / 1e6, ownDelayMs }
}

const millisOf = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000
