/**
 * Loaded into a process under measurement (`NODE_OPTIONS=--import …`): writes down how long its event loop was held at
 * the longest since the last SIGUSR2, into a file of its own. And how long of that it held the loop itself: the rest the
 * machine gave to others while our thread stood in line for a processor.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const WRITE_INTERVAL_MS = 200
const LOOK_INTERVAL_MS = 5
const directory = process.env.SNAPWARDEN_BENCH_PROBE

if (directory !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let epoch = 0
  let longestOwnMs = 0
  // The main thread's own line: time on a processor, time waiting for one (ns), turns. Linux alone tells it.
  const line = `/proc/self/task/${process.pid}/schedstat`
  const told = existsSync(line)
  const waited = () => (told ? Number(readFileSync(line, 'utf8').split(' ')[1]) / 1e6 : 0)
  const observe = () => ({ at: performance.now(), cpu: process.cpuUsage(), waitedMs: waited() })
  let seen = observe()
  const look = () => {
    const now = observe()
    const ran = (now.cpu.user + now.cpu.system - seen.cpu.user - seen.cpu.system) / 1000
    const inLine = now.waitedMs - seen.waitedMs
    // Of other threads: garbage is collected by several, and the loop stands still for all of them.
    longestOwnMs = Math.max(longestOwnMs, Math.min(now.at - seen.at - inLine, ran))
    seen = now
  }
  const write = () => {
    const file = join(directory, `${process.pid}.json`)
    const reading = { epoch, longestDelayMs: delay.count === 0 ? 0 : delay.max / 1e6, longestOwnMs }
    writeFileSync(`${file}.new`, JSON.stringify(reading))
    renameSync(`${file}.new`, file)
  }
  process.on('SIGUSR2', () => {
    delay.reset()
    longestOwnMs = 0
    epoch += 1
    write()
  })
  write()
  setInterval(look, LOOK_INTERVAL_MS).unref()
  setInterval(write, WRITE_INTERVAL_MS).unref()
}
