import { createInterface } from 'node:readline'
import { endProcess } from './processes.mjs'

/**
 * A program: ends our processes when the launcher is killed. It reads one JSON line per change from the launcher over
 * stdin: `{watch: {mark, signals}}`, `{forget: pid}`, `{done: true}`. A pipe closes with its writer however that dies,
 * so the end of stdin without `done` means the launcher is gone. It does not depend on the processes it watches being
 * able to run: one that hangs is killed all the same.
 *
 * @typedef {{ mark: import('./processes.mjs').ProcessMark, signals: { signal: NodeJS.Signals, patienceMs: number }[] }} Watched
 */

/** @type {Map<number, Watched>} */
const watched = new Map()
let done = false

// The launcher decides about these; a Ctrl-C meant for it must not take its watchdog away.
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) process.on(signal, () => undefined)

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line)
  if (message.watch) watched.set(message.watch.mark.pid, message.watch)
  if (message.forget) watched.delete(message.forget)
  if (message.done) done = true
}
if (!done) await Promise.all([...watched.values()].map(({ mark, signals }) => endProcess(mark, signals)))
