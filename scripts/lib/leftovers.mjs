import { readRuntime, removeRuntime } from './data-directory.mjs'
import { endProcess } from './processes.mjs'

/**
 * Ends what a killed launcher left running; its watchdog is usually about to do the same. The database is not among
 * them: its own start takes care of it. The caller holds the lock of the data directory.
 * @param {import('./data-directory.mjs').DataDirectory} data
 */
export async function endLeftovers(data) {
  const children = (readRuntime(data)?.children ?? []).filter(({ name }) => name !== 'database')
  await Promise.all(children.map(({ mark }) => endProcess(mark, [{ signal: 'SIGTERM', patienceMs: 3_000 }])))
  removeRuntime(data)
}
