/**
 * Loaded into a process under measurement (`NODE_OPTIONS=--import …`): writes down how long its event loop was held at
 * the longest since the last SIGUSR2, into a file of its own. And how long of that it ran itself: the rest the machine
 * gave to others.
 */
import { renameSync, writeFileSync } from 'node:fs'
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
  let seen = { at: performance.now(), cpu: process.cpuUsage() }
  const look = () => {
    const now = { at: performance.now(), cpu: process.cpuUsage() }
    const ran = (now.cpu.user + now.cpu.system - seen.cpu.user - seen.cpu.system) / 1000
    longestOwnMs = Math.max(longestOwnMs, Math.min(now.at - seen.at, ran))
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
