/**
 * Loaded into a process under measurement (`NODE_OPTIONS=--import …`): writes down its memory and how long its event
 * loop was held at the longest since the last SIGUSR2, into a file of its own.
 */
import { renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const WRITE_INTERVAL_MS = 200
const directory = process.env.SNAPWARDEN_BENCH_PROBE

if (directory !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  let epoch = 0
  process.on('SIGUSR2', () => {
    delay.reset()
    epoch += 1
    write()
  })
  const write = () => {
    const file = join(directory, `${process.pid}.json`)
    const reading = { epoch, longestDelayMs: delay.count === 0 ? 0 : delay.max / 1e6 }
    writeFileSync(`${file}.new`, JSON.stringify(reading))
    renameSync(`${file}.new`, file)
  }
  write()
  setInterval(write, WRITE_INTERVAL_MS).unref()
}
