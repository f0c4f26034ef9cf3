/** A PostgreSQL of a bench's own, as the product runs it, without the product. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openStore, type Store } from '../../lib/store/client'
import { migrate } from '../lib/migrate.mjs'
import { startPostgres } from '../lib/postgres.mjs'

/** Starts one on temporary data; `close` takes all of it away. */
export async function openBenchDatabase(): Promise<{ store: Store; close: () => Promise<void> }> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-bench-')))
  const server = await startPostgres({
    directory: join(directory, 'postgres'),
    passwordFile: join(directory, 'password'),
    log: () => undefined,
  })
  await migrate({ url: server.url })
  const store = openStore(server.url)
  return {
    store,
    close: async () => {
      await store.close()
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
