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
  readMergeSpace,
  readOrphanedFiles,
  readStorageFree,
  readStorageUsed,
  readThinMetadata,
  readTimeToFull,
} from './rules/storage'

export type Measured = {
  subject: AlertSubject
  name: string
  where: string
  connectionId: ConnectionId | null
  reading: Reading
}

type World = { facts: AlertFacts; limits: EnvironmentLimits; now: Instant }

/** Everything a rule measures in its scope. Subjects it says nothing about are left out. */
export function measure(rule: AlertRule, world: World): Measured[] {
  switch (rule.kind) {
    case 'storage-used':
      return ofStorages(rule, world, readStorageUsed)
    case 'storage-free':
      return ofStorages(rule, world, readStorageFree)
    case 'time-to-full':
      return ofStorages(rule, world, readTimeToFull)
    case 'thin-metadata':
      return ofStorages(rule, world, readThinMetadata)
    case 'orphaned-files':
      return ofStorages(rule, world, readOrphanedFiles)
    case 'merge-space':
      return ofStorages(rule, world, readMergeSpace)
    case 'stale-data':
      return ofConnections(rule, world)
    case 'snapshot-age':
      return ofGuests(rule, world, (guest) => readSnapshotAge(guest, world.limits, world.now))
    case 'chain-depth':
      return ofGuests(rule, world, readChainDepth)
    case 'snapshot-count':
      return ofGuests(rule, world, readSnapshotCount)
    case 'snapshot-size':
      return ofGuests(rule, world, readSnapshotSize)
    case 'memory-age':
      return ofGuests(rule, world, (guest) => readMemoryAge(guest, world.now))
    case 'unmanaged-data':
      return ofGuests(rule, world, readUnmanagedData)
    case 'guest-locked':
      return ofGuests(rule, world, (guest) => readGuestLocked(guest, world.now))
    case 'operation-ended':
      return ofOperations(rule, world)
    default:
      return unreachable(rule.kind)
  }
}

function ofStorages(rule: AlertRule, { facts }: World, read: (storage: StorageFact) => Reading | null): Measured[] {
  const { storageIds } = rule.scope
  const wanted = facts.storages.filter(
    (storage) =>
      inConnections(rule, storage.connectionId) && (storageIds.length === 0 || storageIds.includes(storage.id)),
  )
  return wanted.flatMap((storage) => {
    const reading = read(storage)
    const { id, name, connectionId, connectionName: where } = storage
    return reading === null ? [] : [{ subject: { of: 'storage' as const, id }, name, where, connectionId, reading }]
  })
}

function ofGuests(rule: AlertRule, { facts }: World, read: (guest: GuestFact) => Reading | null): Measured[] {
  return facts.guests
    .filter((guest) => guestInScope(rule, guest))
    .flatMap((guest) => {
      const reading = read(guest)
      const { id, name, connectionId, connectionName: where } = guest
      return reading === null ? [] : [{ subject: { of: 'guest' as const, id }, name, where, connectionId, reading }]
    })
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
function ofConnections(rule: AlertRule, { facts, now }: World): Measured[] {
  return facts.connections
    .filter(({ id }) => inConnections(rule, id))
    .map((connection) => ({
      subject: { of: 'connection' as const, id: connection.id },
      name: connection.name,
      where: connection.name,
      connectionId: connection.id,
      reading: { told: true as const, value: silence(connection, now), at: now },
    }))
}

const silence = ({ lastAnswerAt, addedAt }: ConnectionFact, now: Instant): number =>
  Math.max(0, elapsedMillis(lastAnswerAt ?? addedAt, now))

/** One of an operation that failed, two of one that needs attention: the level tells which. */
function ofOperations(rule: AlertRule, { facts }: World): Measured[] {
  return facts.operations
    .filter(({ connectionId }) => connectionId === null || inConnections(rule, connectionId))
    .map((operation) => ({
      subject: { of: 'operation' as const, id: operation.id },
      name: operation.name,
      where: operation.connectionName,
      connectionId: operation.connectionId,
      reading: { told: true as const, value: ENDED[operation.state], at: operation.finishedAt },
    }))
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
