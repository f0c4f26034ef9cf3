/** Which subjects a rule looks at, and what it measures on each. */
import type { AlertRule, AlertSubject, Reading } from '@/lib/domain/alert'
import type { AlertFacts, ConnectionFact, GuestFact, OperationFact, StorageFact } from '@/lib/domain/alert-facts'
import type { EnvironmentLimits } from '@/lib/domain/environment'
import type { ConnectionId } from '@/lib/domain/ids'
import { unreachable } from '@/lib/domain/result'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import {
  readChainDepth,
  readGuestLocked,
  readMemoryAge,
  readSnapshotAge,
  readSnapshotCount,
  readSnapshotSize,
  readUnmanagedData,
} from './rules/guest'
import {
  readInodesUsed,
  readMergeSpace,
  readOrphanedFiles,
  readStorageFree,
  readStorageUsed,
  readThinMetadata,
  readTimeToFull,
} from './rules/storage'
import { coversStorage } from './scope'

/** Who is measured, for people. */
export type Measured = {
  subject: AlertSubject
  name: string
  where: string
  connectionId: ConnectionId | null
}

export type World = { facts: AlertFacts; limits: EnvironmentLimits; now: Instant }

/**
 * The subjects of a rule's kind, by place. A rule looks at thousands and tells of few: a reading is asked for each,
 * everything else only of those it tells of.
 */
export type Look = {
  count: number
  idAt(place: number): string
  /** null = out of the rule's scope, or it says nothing about this one */
  readingAt(place: number): Reading | null
  measuredAt(place: number): Measured
}

/** What a rule looks at in this world. */
export function lookOf(rule: AlertRule, world: World): Look {
  const { limits, now } = world
  switch (rule.kind) {
    case 'storage-used':
      return atStorages(rule, world, readStorageUsed)
    case 'storage-free':
      return atStorages(rule, world, readStorageFree)
    case 'time-to-full':
      return atStorages(rule, world, readTimeToFull)
    case 'thin-metadata':
      return atStorages(rule, world, readThinMetadata)
    case 'inodes-used':
      return atStorages(rule, world, readInodesUsed)
    case 'orphaned-files':
      return atStorages(rule, world, readOrphanedFiles)
    case 'merge-space':
      return atStorages(rule, world, readMergeSpace)
    case 'stale-data':
      return atConnections(rule, world)
    case 'snapshot-age':
      return atGuests(rule, world, (guest) => readSnapshotAge(guest, limits, now))
    case 'chain-depth':
      return atGuests(rule, world, readChainDepth)
    case 'snapshot-count':
      return atGuests(rule, world, readSnapshotCount)
    case 'snapshot-size':
      return atGuests(rule, world, readSnapshotSize)
    case 'memory-age':
      return atGuests(rule, world, (guest) => readMemoryAge(guest, now))
    case 'unmanaged-data':
      return atGuests(rule, world, readUnmanagedData)
    case 'guest-locked':
      return atGuests(rule, world, (guest) => readGuestLocked(guest, now))
    case 'operation-ended':
      return atOperations(rule, world)
    default:
      return unreachable(rule.kind)
  }
}

/** Everything a rule measures in its scope. Subjects it says nothing about are left out. */
export function measure(rule: AlertRule, world: World): (Measured & { reading: Reading })[] {
  const look = lookOf(rule, world)
  const all: (Measured & { reading: Reading })[] = []
  for (let place = 0; place < look.count; place += 1) {
    const reading = look.readingAt(place)
    if (reading !== null) all.push({ ...look.measuredAt(place), reading })
  }
  return all
}

/** `factAt` throws for a place that is none: that is our bug. */
function lookAt<Fact extends { id: string }>(
  facts: readonly Fact[],
  reading: (fact: Fact) => Reading | null,
  measured: (fact: Fact) => Measured,
): Look {
  const factAt = (place: number): Fact => {
    const fact = facts[place]
    if (fact === undefined) throw new Error(`there is no subject at ${place}`)
    return fact
  }
  return {
    count: facts.length,
    idAt: (place) => factAt(place).id,
    readingAt: (place) => reading(factAt(place)),
    measuredAt: (place) => measured(factAt(place)),
  }
}

function atStorages(rule: AlertRule, { facts }: World, read: (storage: StorageFact) => Reading | null): Look {
  return lookAt(
    facts.storages,
    (storage) => (coversStorage(rule, storage) ? read(storage) : null),
    ({ id, name, connectionId, connectionName: where }) => ({
      subject: { of: 'storage', id },
      name,
      where,
      connectionId,
    }),
  )
}

function atGuests(rule: AlertRule, { facts }: World, read: (guest: GuestFact) => Reading | null): Look {
  return lookAt(
    facts.guests,
    (guest) => (guestInScope(rule, guest) ? read(guest) : null),
    ({ id, name, connectionId, connectionName: where }) => ({
      subject: { of: 'guest', id },
      name,
      where,
      connectionId,
    }),
  )
}

function guestInScope({ scope }: AlertRule, guest: GuestFact): boolean {
  return (
    (scope.connectionIds.length === 0 || scope.connectionIds.includes(guest.connectionId)) &&
    (scope.storageIds.length === 0 || guest.storageIds.some((id) => scope.storageIds.includes(id))) &&
    (scope.tags.length === 0 || guest.tags.some((tag) => scope.tags.includes(tag))) &&
    (scope.environments.length === 0 || scope.environments.includes(guest.environment))
  )
}

/** Silence is measured from the last answer; a host that never answered, from when it was added. */
function atConnections(rule: AlertRule, { facts, now }: World): Look {
  return lookAt(
    facts.connections,
    (connection) =>
      inConnections(rule, connection.id) ? { told: true, value: silence(connection, now), at: now } : null,
    ({ id, name }) => ({ subject: { of: 'connection', id }, name, where: name, connectionId: id }),
  )
}

const silence = ({ lastAnswerAt, addedAt }: ConnectionFact, now: Instant): number =>
  Math.max(0, elapsedMillis(lastAnswerAt ?? addedAt, now))

/** One of an operation that failed, two of one that needs attention: the level tells which. */
function atOperations(rule: AlertRule, { facts }: World): Look {
  return lookAt(
    facts.operations,
    ({ connectionId, state, finishedAt }) =>
      connectionId === null || inConnections(rule, connectionId)
        ? { told: true, value: ENDED[state], at: finishedAt }
        : null,
    ({ id, name, connectionName: where, connectionId }) => ({
      subject: { of: 'operation', id },
      name,
      where,
      connectionId,
    }),
  )
}

const ENDED: Record<OperationFact['state'], number> = {
  queued: 0,
  running: 0,
  succeeded: 0,
  cancelled: 0,
  failed: 1,
  'needs-attention': 2,
}

const inConnections = ({ scope }: AlertRule, id: ConnectionId): boolean =>
  scope.connectionIds.length === 0 || scope.connectionIds.includes(id)
