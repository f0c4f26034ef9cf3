/** A whole Snapwarden to measure: real web, worker and database, each with a probe inside. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runCommand } from '../../e2e/support/installation'
import { openStore, type Store } from '../../lib/store/client'
import { root } from '../lib/root.mjs'
import { childPids, cleanUp, startProduct, temporaryData, until } from '../testing/start-product'
import { type ProbeReading, readProbe } from './processes'

export const EMAIL = 'bench@snapwarden.test'
export const PASSWORD = 'measured-with-patience-1'

export type Product = {
  url: string
  data: string
  store: Store
  /** process ids by name: web, worker */
  pids: Record<string, number>
  /** Forgets the delays seen so far in a process. */
  resetProbe(pid: number): Promise<void>
  /** How long the event loop was held since. */
  readProbe(pid: number): ProbeReading
  close(): Promise<void>
}

/** Starts one on temporary data, without an administrator. */
export async function startMeasured(): Promise<Product> {
  const data = temporaryData()
  const probes = join(data, 'probes')
  mkdirSync(probes)
  const probe = pathToFileURL(join(root, 'scripts', 'bench', 'probe.mjs')).href
  const product = await startProduct(data, {
    env: { NODE_OPTIONS: `--import ${probe}`, SNAPWARDEN_BENCH_PROBE: probes },
  })
  const runtime = product.runtime()
  const store = openStore(runtime.databaseUrl)
  return {
    url: `http://127.0.0.1:${product.port}`,
    data,
    store,
    pids: childPids(runtime),
    resetProbe: async (pid) => {
      const before = readProbe(probes, pid).epoch
      process.kill(pid, 'SIGUSR2')
      await until(() => readProbe(probes, pid).epoch > before, 5_000)
    },
    readProbe: (pid) => readProbe(probes, pid),
    close: async () => {
      await store.close()
      await cleanUp()
    },
  }
}

export const createAdministrator = (data: string): Promise<string> =>
  runCommand(['admin', 'create', '--email', EMAIL, '--password-stdin', '--data', data], PASSWORD)

/** A token for the API. */
export const createToken = async (data: string): Promise<string> =>
  (await runCommand(['token', 'create', '--name', 'bench', '--role', 'viewer', '--data', data])).trim()

/**
 * Takes every connection out of the worker's hands for a day, as another worker would: what is stored stays as it is
 * while it is measured.
 */
export async function holdConnections(store: Store): Promise<void> {
  await store.query(
    `INSERT INTO connection_leases (connection_id, worker_id, epoch, expires_at)
     SELECT id, 'bench', 1, now() + interval '1 day' FROM connections
     ON CONFLICT (connection_id) DO UPDATE
       SET worker_id = 'bench', epoch = connection_leases.epoch + 1, expires_at = now() + interval '1 day'`,
  )
}
