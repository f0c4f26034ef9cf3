import { ok } from '@/lib/domain/result'
import type { SetupStatus } from '@/lib/domain/view'
import type { Store } from '@/lib/store/client'
import { administratorExists } from '@/lib/store/users'

/** Reads how far set-up has come. Anonymous pages choose between set-up and sign-in by it; it tells no names. */
export async function setupStatus(store: Store) {
  const [row] = await store.query<{ connections: boolean; collections: boolean }>(
    `SELECT EXISTS (SELECT 1 FROM connections) AS connections,
            EXISTS (SELECT 1 FROM connection_states WHERE last_answer_at IS NOT NULL) AS collections`,
  )
  return ok<SetupStatus>({
    administratorExists: await administratorExists(store),
    connectionExists: row?.connections ?? false,
    inventoryExists: row?.collections ?? false,
  })
}
