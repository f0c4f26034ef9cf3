/** Brings one reading into the store: merged with what was known, in one transaction, fenced by the lease. */
import { randomUUID } from 'node:crypto'
import { setImmediate as othersRan } from 'node:timers/promises'
import { z } from 'zod'
import type { Actor } from '@/lib/domain/actor'
import { asId, type CollectionId, type ConnectionId } from '@/lib/domain/ids'
import type { CollectedGuest, CollectedStorage, Collection, Unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { storageNamesByGuest, storageNamesOfDisks } from '@/lib/engine/chain/figures'
import { diffThings, type ReadThing } from '@/lib/engine/inventory/diff'
import { figuresOf, mergeGuest, mergeStorage, needsKnown, storageFiguresOf } from '@/lib/engine/inventory/merge'
import { lostRights, rightsToKeep } from '@/lib/engine/inventory/rights'
import { sameJson } from '@/lib/engine/inventory/same-json'
import { goneGuests, goneStorages, mergeStorageNames } from '@/lib/engine/inventory/scope'
import { failureOf, listUnread } from '@/lib/engine/inventory/unread'
import { eventsBetween } from '@/lib/engine/storage/events'
import { record } from '@/lib/store/audit'
import { type NewChange, recordChanges } from '@/lib/store/changes'
import { cleanId, withCleanIds } from '@/lib/store/clean'
import type { Store } from '@/lib/store/client'
import {
  type Attempt,
  type ConnectionStateKept,
  connectionStates,
  insertCollection,
  writeState,
} from '@/lib/store/collections'
import { recordWrites } from '@/lib/store/guest-space'
import { loseHolds } from '@/lib/store/holds'
import { type KnownIndex, knownGuests, knownIndex, knownVolumes } from '@/lib/store/known'
import { fenceLease, type Lease } from '@/lib/store/leases'
import { finishCollectRequests } from '@/lib/store/requests'
import { type Tx, withTransaction } from '@/lib/store/tx'
import {
  type GuestToWrite,
  markUnread,
  removeGuests,
  renewGuests,
  writeGuests,
  writeStorageNames,
} from '@/lib/store/write-guests'
import { insertStorageEvents, recordSamples } from '@/lib/store/write-samples'
import { removeStorages, type StorageToWrite, writeStorages } from '@/lib/store/write-storages'
import { inBatches } from './batches'
import { fingerprintOf, storageFingerprint } from './fingerprint'

export type StoreInput = {
  lease: Lease
  collection: Collection
  thorough: boolean
  /** requests this reading answers */
  requests: readonly string[]
  /** when the next attempt follows, given why this one failed (null = it did not) and how often before */
  nextAttemptAt: (failure: Reason | null, failuresBefore: number) => Instant
}

export type Stored = {
  /** null when the reading told nothing new and nobody waited for it */
  collectionId: CollectionId | null
  changes: number
  failure: Reason | null
  failures: number
  nextAttemptAt: Instant
}

/** Guests and snapshots prepared between two pauses: some ten milliseconds of work. */
const BATCH_WEIGHT = 500
/** A guest with an unread section is read back from the store first, with snapshots nobody counted yet. */
const UNREAD_WEIGHT = 20
/** More single notices than this are one notice for all: a browser reads its page again either way. */
const MAX_SINGLE_NOTICES = 200

/** Stores a reading, or nothing when the lease is lost (`not-owner`). Throws when the database is away. */
export async function storeCollection(store: Store, input: StoreInput): Promise<Outcome<Stored>> {
  const prepared = await prepare(input.collection)
  return withTransaction(store, async (tx) => {
    const fenced = await fenceLease(tx, input.lease)
    if (!fenced.ok) return fenced
    return ok(await storeFenced(tx, input, prepared))
  })
}

type Prepared = { guests: ReadThing<CollectedGuest>[]; storages: ReadThing<CollectedStorage>[] }

async function prepare(collection: Collection): Promise<Prepared> {
  const guests: Prepared['guests'] = []
  const listed = collection.guests.status === 'read' ? collection.guests.value : []
  await inBatches(listed, weightOfGuest, BATCH_WEIGHT, (batch) => {
    for (const each of batch) {
      const guest = withCleanIds(each)
      guests.push({ nativeId: guest.facts.nativeId, fingerprint: fingerprintOf(guest), thing: guest })
    }
  })
  const storages: Prepared['storages'] = []
  const pools = collection.storages.status === 'read' ? collection.storages.value : []
  for (const storage of pools) {
    const nativeId = cleanId(storage.facts.nativeId)
    const thing = nativeId === storage.facts.nativeId ? storage : { ...storage, facts: { ...storage.facts, nativeId } }
    storages.push({ nativeId, fingerprint: await storageFingerprint(thing), thing })
  }
  return { guests, storages }
}

const textsSchema = z.array(z.string())

const weightOfGuest = (guest: CollectedGuest): number =>
  1 + (guest.snapshots.status === 'read' ? guest.snapshots.value.items.length : 0)
const weightOfStorage = (storage: CollectedStorage): number =>
  1 + (storage.volumes.status === 'read' ? storage.volumes.value.length : 0)

async function storeFenced(tx: Tx, input: StoreInput, prepared: Prepared): Promise<Stored> {
  const { collection, lease } = input
  const { connectionId } = lease
  const before = (await connectionStates(tx, [connectionId])).get(connectionId)
  const index = await knownIndex(tx, connectionId, collection.scope.whole ? null : collection.scope.guests.map(cleanId))
  const lost = lostRights(before?.rights ?? null, collection.rights, collection.destroyed ?? [])
  const complete = lost.length === 0
  const guests = await storeGuests(tx, connectionId, collection, prepared.guests, index, complete)
  if (guests.length > 0) await announceLostHolds(tx, connectionId, collection.finishedAt)
  const storages = await storeStorages(tx, connectionId, collection, prepared.storages, index, complete)
  await remember(tx, connectionId, collection, prepared)

  const failure = failureOf(collection)
  const failures = failure === null ? 0 : (before?.failures ?? 0) + 1
  const attempt: Attempt = {
    startedAt: collection.startedAt,
    finishedAt: collection.finishedAt,
    scope: collection.scope,
    thorough: input.thorough,
    unread: [...(complete ? [] : [SHRUNK]), ...listUnread(collection)],
    rights: rightsToKeep(before?.rights ?? null, collection.rights, lost),
    failure,
    guestsListed: collection.guests.status === 'read',
    storagesListed: collection.storages.status === 'read',
    version: collection.version,
    clockSkewMillis: collection.clockSkewMillis,
    certificateValidTo: collection.certificateValidTo ?? null,
    changesRefused:
      collection.changesRefused === undefined ? (before?.changesRefused ?? null) : collection.changesRefused,
    nextAttemptAt: input.nextAttemptAt(failure, before?.failures ?? 0),
  }
  await writeState(tx, connectionId, attempt)

  const changes = guests.length + storages.length
  const moved = stateMoved(before, attempt)
  const told = changes > 0 || moved.news || input.requests.length > 0
  const collectionId = told ? asId<CollectionId>(randomUUID()) : null
  if (collectionId !== null) {
    await insertCollection(tx, collectionId, connectionId, attempt, { guestsRead: prepared.guests.length, changes })
    await finishCollectRequests(tx, input.requests, collectionId)
  }
  await recordChanges(tx, notices(connectionId, guests, storages, moved, input.requests.length > 0))
  return { collectionId, changes, failure, failures, nextAttemptAt: attempt.nextAttemptAt }
}

/** A list that is shorter because we may see less. It removes nothing, and says so. */
const SHRUNK: Unread = { section: 'guests', subject: null, reason: { code: 'rights-shrunk' } }

/** Guests that are not the ones we knew under their ids: destroyed meanwhile, or born at another time. */
function replacedGuests(
  { destroyed = [] }: Collection,
  read: readonly ReadThing<CollectedGuest>[],
  index: KnownIndex,
): string[] {
  const told = new Set(destroyed)
  return read
    .filter(({ nativeId, thing }) => {
      const known = index.guests.get(nativeId)
      if (known === undefined) return false
      const { birthMark } = thing.facts
      return told.has(nativeId) || (birthMark !== null && known.birthMark !== null && birthMark !== known.birthMark)
    })
    .map(({ nativeId }) => nativeId)
}

/** A held snapshot that is no longer listed was deleted elsewhere: nobody can do so through us. */
async function announceLostHolds(tx: Tx, connectionId: ConnectionId, at: Instant): Promise<void> {
  for (const { guestName, snapshotName, by } of await loseHolds(tx, connectionId, at)) {
    const detail = { snapshot: snapshotName, placedBy: by }
    await record(tx, { actor: WORKER, action: 'hold.lost', subject: `guest:${guestName}`, detail })
  }
}

const WORKER: Actor = { kind: 'system', part: 'worker', role: 'admin' }

/** Writes what changed of the guests; returns the ids of those added, changed or removed. */
async function storeGuests(
  tx: Tx,
  connectionId: ConnectionId,
  collection: Collection,
  read: ReadThing<CollectedGuest>[],
  index: KnownIndex,
  complete: boolean,
): Promise<string[]> {
  const changed: string[] = []
  // Another guest under an old id starts without the old one's history, holds and place in the list.
  const replaced = replacedGuests(collection, read, index)
  changed.push(...(await removeGuests(tx, connectionId, replaced)))
  for (const nativeId of replaced) index.guests.delete(nativeId)
  const fingerprints = new Map([...index.guests].map(([nativeId, known]) => [nativeId, known.fingerprint]))
  const missing = goneGuests(fingerprints.keys(), collection)
  const destroyed = new Set(collection.destroyed)
  const absent = complete ? missing : missing.filter((nativeId) => destroyed.has(nativeId))
  await othersRan()
  const { written, unchanged, changes } = diffThings(fingerprints, read, absent)
  await othersRan()
  const namesOf = await storageNames(collection, index)
  if (!complete) {
    const unseen = missing.filter((nativeId) => !destroyed.has(nativeId))
    changed.push(...(await markUnread(tx, connectionId, unseen, SHRUNK.reason)))
  }
  await inBatches(
    written,
    ({ thing }) => (needsKnown(thing) ? UNREAD_WEIGHT : 0) + weightOfGuest(thing),
    BATCH_WEIGHT,
    async (batch) => {
      const incomplete = batch.filter(({ thing }) => needsKnown(thing)).map(({ nativeId }) => nativeId)
      const known = incomplete.length === 0 ? new Map() : await knownGuests(tx, connectionId, incomplete)
      const rows = batch.map(({ nativeId, thing, fingerprint }): GuestToWrite => {
        const guest = mergeGuest(known.get(nativeId) ?? null, thing, collection.startedAt)
        return { guest, figures: figuresOf(guest), storageNames: namesOf(nativeId), fingerprint }
      })
      changed.push(...(await writeGuests(tx, connectionId, rows)).values())
    },
  )
  if (!collection.scope.whole) await renewGuests(tx, connectionId, readAsWere(read, unchanged), collection.startedAt)
  const renamed = new Map(
    unchanged
      .map((nativeId) => [nativeId, namesOf(nativeId)] as const)
      .filter(([nativeId, names]) => JSON.stringify(names) !== index.guests.get(nativeId)?.storageNames),
  )
  await writeStorageNames(tx, connectionId, renamed)
  for (const nativeId of renamed.keys()) changed.push(index.guests.get(nativeId)?.id ?? nativeId)
  const gone = changes.filter(({ change }) => change === 'removed').map(({ nativeId }) => nativeId)
  changed.push(...(await removeGuests(tx, connectionId, gone)))
  return changed
}

/** Of the unchanged, those of which more was read than that they are there. */
function readAsWere(read: readonly ReadThing<CollectedGuest>[], unchanged: readonly string[]): string[] {
  const same = new Set(unchanged)
  return read
    .filter(({ nativeId, thing }) => same.has(nativeId) && thing.factsUnread === undefined)
    .map(({ nativeId }) => nativeId)
}

/** Writes what changed of the storages; returns the ids of those added, changed or removed. */
async function storeStorages(
  tx: Tx,
  connectionId: ConnectionId,
  collection: Collection,
  read: ReadThing<CollectedStorage>[],
  index: KnownIndex,
  complete: boolean,
): Promise<string[]> {
  const fingerprints = new Map([...index.storages].map(([nativeId, known]) => [nativeId, known.fingerprint]))
  const absent = complete ? goneStorages(fingerprints.keys(), collection) : []
  const { written, changes } = diffThings(fingerprints, read, absent)
  const silent = written.filter(({ thing }) => thing.volumes.status === 'unread').map(({ nativeId }) => nativeId)
  const known = silent.length === 0 ? new Map() : await knownVolumes(tx, connectionId, silent)
  const changed: string[] = []
  await inBatches(
    written,
    ({ thing }) => weightOfStorage(thing),
    BATCH_WEIGHT,
    async (batch) => {
      const rows = batch.map(({ nativeId, thing, fingerprint }): StorageToWrite => {
        const volumes = known.get(nativeId)
        const storage = mergeStorage(volumes === undefined ? null : { volumes }, thing, collection.startedAt)
        return { storage, figures: storageFiguresOf(storage), fingerprint }
      })
      changed.push(...(await writeStorages(tx, connectionId, rows)).values())
    },
  )
  const gone = changes.filter(({ change }) => change === 'removed').map(({ nativeId }) => nativeId)
  changed.push(...(await removeStorages(tx, connectionId, gone)))
  return changed
}

/** What of the reading is remembered over time: a sample of every storage that was read, and what guests wrote. */
async function remember(
  tx: Tx,
  connectionId: ConnectionId,
  collection: Collection,
  { storages }: Prepared,
): Promise<void> {
  const read = storages.map(({ nativeId }) => nativeId)
  const turns = await recordSamples(tx, connectionId, read, collection.startedAt)
  await insertStorageEvents(
    tx,
    turns.flatMap(({ series, before, after }) =>
      before === null ? [] : eventsBetween(before, after).map((event) => ({ series, at: after.at, event })),
    ),
  )
  await recordWrites(tx, connectionId, collection.writes ?? [], collection.startedAt)
}

/** The names of the storages each guest lies on, as known after this reading. */
async function storageNames(collection: Collection, index: KnownIndex): Promise<(nativeId: string) => string[]> {
  const listed = collection.storages.status === 'read' ? collection.storages.value : null
  const guests = collection.guests.status === 'read' ? collection.guests.value : []
  const listedNames = new Map(listed?.map(({ facts }) => [facts.nativeId, facts.name]))
  const nameOf = (nativeId: string) => listedNames.get(nativeId) ?? index.storages.get(nativeId)?.name
  const named = storageNamesOfDisks(guests, nameOf)
  await othersRan()
  const readNow = listed === null ? new Map<string, string[]>() : storageNamesByGuest(listed)
  const spoken = new Set(listed?.filter(({ volumes }) => volumes.status === 'read').map(({ facts }) => facts.name))
  const there =
    listed !== null && collection.scope.whole
      ? listed.map(({ facts }) => facts.name)
      : [...index.storages.values()].map(({ name }) => name)
  const silent = new Set(there.filter((name) => !spoken.has(name)))
  return (nativeId) => {
    const now = [...new Set([...(readNow.get(nativeId) ?? []), ...(named.get(nativeId) ?? [])])].sort()
    // Where every storage spoke, what was known before adds nothing.
    const known = silent.size === 0 ? undefined : index.guests.get(nativeId)?.storageNames
    return known === undefined ? now : mergeStorageNames(textsSchema.parse(JSON.parse(known)), now, silent)
  }
}

/** What of the connection itself looks different after an attempt, its age aside. */
function stateMoved(before: ConnectionStateKept | undefined, attempt: Attempt): Moved {
  const first = before === undefined || (before.lastAnswerAt === null && attempt.guestsListed)
  const turned =
    first ||
    before.failures > 0 !== (attempt.failure !== null) ||
    !sameJson(before.changesRefused, attempt.changesRefused)
  const news =
    turned ||
    (attempt.version !== null && attempt.version !== before.version) ||
    (attempt.scope.whole && !sameJson(attempt.unread, before.unread))
  return { turned, news, shown: news || attempt.failure !== null }
}

type Moved = {
  /** it began or ceased to answer, or to take changes: all its rows look different */
  turned: boolean
  /** something to remember, beside one more attempt that failed like the last */
  news: boolean
  /** something to show, if only the time of the next attempt */
  shown: boolean
}

function notices(
  connectionId: ConnectionId,
  guests: readonly string[],
  storages: readonly string[],
  moved: Moved,
  requested: boolean,
): NewChange[] {
  const list: NewChange[] = []
  const tell = (many: 'guests' | 'storages', single: 'guest' | 'storage', ids: readonly string[]): void => {
    // A connection that begins or ceases to answer, or to take changes, marks all its rows at once.
    if (ids.length > 0 || moved.turned) list.push({ topic: many, id: null })
    if (ids.length > MAX_SINGLE_NOTICES || moved.turned) list.push({ topic: single, id: null })
    else for (const id of ids) list.push({ topic: single, id })
  }
  tell('guests', 'guest', guests)
  tell('storages', 'storage', storages)
  if (moved.shown || requested || guests.length > 0 || storages.length > 0) {
    list.push({ topic: 'connections', id: null }, { topic: 'connection', id: connectionId })
  }
  return list
}
