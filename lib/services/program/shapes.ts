/** From what pages read to what programs read. The same rows, the contract's names. */
import type { z } from 'zod'
import type { Unread } from '@/lib/domain/inventory'
import type { StorageForecast, StorageHistoryView } from '@/lib/domain/storage'
import type { Instant } from '@/lib/domain/units'
import type {
  ConnectionRow,
  Freshness,
  GuestDetail,
  GuestRow,
  SnapshotView,
  StorageDetail,
  StorageRow,
} from '@/lib/domain/view'
import type { CollectAnswer } from '@/lib/store/requests'
import type {
  collectAnswerSchema,
  connectionSchema,
  guestDetailSchema,
  guestSchema,
  snapshotSchema,
  snapshotsSchema,
  storageDetailSchema,
  storageForecastSchema,
  storageHistorySchema,
  storageSchema,
  unreadSchema,
} from './schemas'

type ProgramUnread = z.input<typeof unreadSchema>

/** `{unread}` when something was not read, nothing when all was. */
const unreadPart = (unread: ProgramUnread[]): { unread?: ProgramUnread[] } => (unread.length === 0 ? {} : { unread })

const fromFreshness = (section: ProgramUnread['section'], { at, unread }: Freshness): ProgramUnread[] =>
  unread === undefined ? [] : [{ section, code: unread.code, since: at }]

const fromUnread = (unread: readonly Unread[], since: Instant | null): ProgramUnread[] =>
  unread.map(({ section, subject, reason }) => ({ section, subject, code: reason.code, since }))

/** What of a connection was not read last time; a connection that did not answer at all has read nothing. */
export function unreadOf(connection: ConnectionRow): ProgramUnread[] {
  const { lastError, lastFullAt, lastAnswerAt } = connection.health
  const told = fromUnread(connection.unread, lastFullAt)
  if (told.length > 0 || lastError === null) return told
  const { code } = lastError
  return [
    { section: 'guests', subject: null, code, since: lastAnswerAt },
    { section: 'storages', subject: null, code, since: lastAnswerAt },
  ]
}

export function connectionForPrograms(connection: ConnectionRow): z.input<typeof connectionSchema> {
  const { id, name, kind, mode, address, demo, createdAt, health } = connection
  const place =
    address.kind === 'libvirt'
      ? { uri: address.uri }
      : { url: address.kind === 'proxmox' ? address.urls : [address.url] }
  return {
    id,
    name,
    kind,
    mode,
    ...place,
    demo,
    createdAt,
    ...health,
    lastError: health.lastError === null ? null : { code: health.lastError.code },
    changesRefused: health.changesRefused === null ? null : { code: health.changesRefused.code },
    guestCount: health.lastAnswerAt === null ? null : connection.guestCount,
    storageCount: health.lastAnswerAt === null ? null : connection.storageCount,
    collecting: connection.collecting,
    ...unreadPart(unreadOf(connection)),
  }
}

/** The answer to *collect*. `since` of what was not read is unknown here: this reading is the newest there is. */
export function collectForPrograms(
  answer: CollectAnswer,
  lastFullAt: Instant | null,
): z.input<typeof collectAnswerSchema> {
  const { collectionId, startedAt, finishedAt, unread } = answer
  return { collectionId, startedAt, finishedAt, unread: fromUnread(unread, lastFullAt) }
}

export function guestForPrograms(guest: GuestRow): z.input<typeof guestSchema> {
  // A program reads of its connection whether it takes changes.
  const { connectionName: _name, connectionKind: _kind, changesRefused: _refused, ...rest } = guest
  return rest
}

export function guestDetailForPrograms(guest: GuestDetail): z.input<typeof guestDetailSchema> {
  const { disksFreshness, configurationFreshness, snapshotsFreshness, snapshots: _own, ...rest } = guest
  const {
    currentParentId: _current,
    currentUnknown: _untold,
    connectionName: _name,
    connectionKind: _kind,
    ...own
  } = rest
  const { changesRefused: _refused, disks, ...shown } = own
  return {
    ...shown,
    disks: disks?.map(({ chainUnread: _why, ...disk }) => disk) ?? null,
    ...unreadPart([
      ...fromFreshness('disks', disksFreshness),
      ...fromFreshness('snapshots', snapshotsFreshness),
      ...fromFreshness('configuration', configurationFreshness),
      ...(disks ?? []).flatMap(({ target, chainUnread }) =>
        chainUnread === undefined
          ? []
          : [{ section: 'disks' as const, subject: target, code: chainUnread.code, since: disksFreshness.at }],
      ),
    ]),
  }
}

function snapshotForPrograms(snapshot: SnapshotView): z.input<typeof snapshotSchema> {
  const { parent: _native, parentMissing, memoryFile: _memory, ...rest } = snapshot
  return { ...rest, ...(parentMissing === null ? {} : { parentMissing }) }
}

export function snapshotsForPrograms(guest: GuestDetail): z.input<typeof snapshotsSchema> {
  const { snapshotsFreshness, currentParentId, currentUnknown, changedSince, snapshots } = guest
  return {
    current: { parentId: currentParentId, known: snapshotsFreshness.at !== null && !currentUnknown, changedSince },
    items: snapshots.map(snapshotForPrograms),
    collectedAt: snapshotsFreshness.at,
    ...unreadPart(fromFreshness('snapshots', snapshotsFreshness)),
  }
}

export function storageForPrograms(storage: StorageRow): z.input<typeof storageSchema> {
  const { connectionName: _name, connectionKind: _kind, outlook, ...rest } = storage
  return { ...rest, ...outlookForPrograms(outlook) }
}

export function storageDetailForPrograms(storage: StorageDetail): z.input<typeof storageDetailSchema> {
  const { volumesFreshness, connectionName: _name, connectionKind: _kind, outlook, ...rest } = storage
  return { ...rest, ...outlookForPrograms(outlook), ...unreadPart(fromFreshness('volumes', volumesFreshness)) }
}

function outlookForPrograms(outlook: StorageRow['outlook']): {
  fullAt: Instant | null
  growthBytesPerDay: number | null
} {
  const forecast = outlook?.forecast
  if (forecast?.status !== 'told') return { fullAt: null, growthBytesPerDay: null }
  return { fullAt: forecast.crossings.at(-1)?.at ?? null, growthBytesPerDay: forecast.perDay.midBytes }
}

export function storageHistoryForPrograms(history: StorageHistoryView): z.input<typeof storageHistorySchema> {
  const { steps, ...rest } = history
  return { ...rest, items: steps, nextCursor: null }
}

export function storageForecastForPrograms(told: StorageForecast): z.input<typeof storageForecastSchema> {
  const { forecast, madeAt, effective } = told
  if (forecast.status === 'told') return { ...forecast, because: null, madeAt, effective }
  const { status, because } = forecast
  return { status, because, madeAt, madeFrom: null, trend: null, perDay: null, crossings: [], path: [], effective }
}
