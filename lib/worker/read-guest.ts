import { type CollectedStorage, type Collection, unread } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import { mergeGuest } from '@/lib/engine/inventory/merge'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { cleanId, withCleanIds } from '@/lib/store/clean'
import type { Store } from '@/lib/store/client'
import type { Lease } from '@/lib/store/leases'
import { storeCollection } from './store-collection'

/** One guest is read within some hundred milliseconds; behind a whole reading of a slow host it waits. */
const READING_LIMIT: Millis = 60_000

/**
 * What is stored of it. The list that told of the guest told of all others too: what each of them wrote is thousands of
 * rows to look at, while an operation holds a storage, and the next reading of the connection tells it again.
 */
function keepingOf(
  read: Collection,
  { nativeId, withStorages }: { nativeId: string; withStorages: boolean },
): Collection {
  const { writes, ...rest } = read
  const own = writes?.filter((each) => cleanId(each.nativeId) === nativeId)
  const kept = own === undefined ? rest : { ...rest, writes: own }
  return withStorages ? kept : { ...kept, storages: LEFT_OUT }
}

/** Not a failure: the next reading of the connection tells. */
const LEFT_OUT = unread<CollectedStorage[]>({ code: 'not-told', by: 'Snapwarden' })

/**
 * Reads one guest and stores it like any reading. Null = the hypervisor's list was read and lacks it; refused when
 * it could not be read, or when the lease is lost and nothing may be stored.
 */
export async function readGuest(input: {
  store: Store
  lease: Lease
  hypervisor: Hypervisor
  nativeId: string
  /** also keep what the reading says of storages, which is far more than the guest itself */
  withStorages: boolean
  nextAttemptAt: () => Instant
}): Promise<Outcome<KnownGuest | null>> {
  const { nativeId } = input
  const signal = AbortSignal.timeout(READING_LIMIT)
  const read = await input.hypervisor.collect({ whole: false, guests: [nativeId] }, { thorough: true }, signal)
  const collection = keepingOf(read, input)
  const stored = await storeCollection(input.store, {
    lease: input.lease,
    collection,
    thorough: false,
    requests: [],
    nextAttemptAt: input.nextAttemptAt,
  })
  if (!stored.ok) return stored
  if (collection.guests.status === 'unread') {
    const { reason } = collection.guests
    const late = signal.aborted && reason.code === 'interrupted'
    return refused(late ? { code: 'hung', silentForMillis: READING_LIMIT } : reason)
  }
  const found = collection.guests.value.find((guest) => cleanId(guest.facts.nativeId) === nativeId)
  if (found === undefined) return ok(null)
  if (found.factsUnread !== undefined) return refused(found.factsUnread)
  return ok(mergeGuest(null, withCleanIds(found), collection.startedAt))
}
