/**
 * Who reads through an image. Writing into, or removing, an image that anything outside the merged chain reads through
 * destroys what reads it: another guest, another snapshot's branch, an overlay nobody uses now, a host that mounts the
 * same storage. What could name the image and was not read may be such a reader: that is unknown, never none.
 */
import type { ConnectionId } from '@/lib/domain/ids'
import type { PlanStorage, PlanVolume } from '@/lib/domain/plan-world'
import type { Context } from './context'
import { sortedNames } from './draft'

export type Readers =
  | { known: 'none' }
  | { known: 'some'; readers: string[] }
  /** `unread`: what was not read, in words a person can act on */
  | { known: 'unknown'; unread: string[] }

/** Storage types whose name says that several hosts use them. A directory may be a mount as well: see sameStorage. */
const NETWORK_STORAGE = new Set(['netfs', 'gluster', 'nfs', 'cifs', 'rbd', 'cephfs', 'iscsi', 'sheepdog', 'vstorage'])

/** Everything outside `chain` (files of one disk of this guest) that reads `file`. */
export function readersOf(context: Context, file: string, chain: readonly string[]): Readers {
  const { index, guest } = context
  const own = index.volumesAt.get(file)?.find(({ connectionId }) => connectionId === guest.connectionId)
  const storage = own === undefined ? null : (index.storages.get(own.storageId) ?? null)
  const sharing = storage === null ? [] : connectionsSharing(context, storage)
  const readers = readersHere(context, file, chain, (connectionId, volume) => {
    if (connectionId === guest.connectionId) return true
    return sharing.some(({ id, twin }) => id === connectionId && (twin === null || twin.id === volume.storageId))
  })
  if (readers.length > 0) return { known: 'some', readers: sortedNames(new Set(readers)) }
  // In no storage that was listed: an overlay beside it could be there and nobody would tell.
  if (storage === null) return { known: 'unknown', unread: [file] }
  const asked = new Set([guest.connectionId, ...sharing.map(({ id }) => id)])
  const untold = untoldVolumes(context, asked).map(({ connectionId, path, name }) =>
    placed(context, connectionId, path ?? name),
  )
  const blind = sortedNames(new Set([...unreadOf(context, asked), ...untold]))
  return blind.length > 0 ? { known: 'unknown', unread: blind } : { known: 'none' }
}

function readersHere(
  context: Context,
  file: string,
  chain: readonly string[],
  counts: (connectionId: ConnectionId, volume: PlanVolume) => boolean,
): string[] {
  const { index, guest } = context
  const ownFiles = new Set(chain)
  const users = (index.volumesAt.get(file) ?? [])
    .filter((volume) => counts(volume.connectionId, volume))
    .flatMap((volume) =>
      volume.usedBy
        .filter(({ nativeId }) => volume.connectionId !== guest.connectionId || nativeId !== context.ref.nativeId)
        .map(({ name }) => placed(context, volume.connectionId, name)),
    )
  const overlays = (index.readersAt.get(file) ?? [])
    .filter((volume) => counts(volume.connectionId, volume))
    // A host that mounts the same storage lists our own overlays too.
    .filter((volume) => !ownFiles.has(volume.path))
    .map((volume) => placed(context, volume.connectionId, volume.path))
  return [...users, ...overlays]
}

/** Volumes of these connections of which nobody can tell what they read through. */
function untoldVolumes({ index }: Context, connections: ReadonlySet<ConnectionId>) {
  return [...connections].flatMap((connectionId) =>
    (index.storagesOf.get(connectionId) ?? []).flatMap(({ known }) =>
      (known.volumes.value ?? [])
        .filter(({ backingUnread }) => backingUnread === true)
        .map(({ nativeId, path, name }) => ({ connectionId, nativeId, path, name })),
    ),
  )
}

/** Those of the guest's own host, by the hypervisor's ids: what somebody who passes over the check by name has accepted. */
export const acceptedUntold = (context: Context): string[] =>
  untoldVolumes(context, new Set([context.guest.connectionId])).map(({ nativeId }) => nativeId)

const placed = ({ index, guest }: Context, connectionId: ConnectionId, name: string): string =>
  connectionId === guest.connectionId ? name : `${index.connections.get(connectionId)?.name ?? connectionId}: ${name}`

type Sharing = { id: ConnectionId; twin: PlanStorage | null }

/**
 * Other connections that may see the same files. A storage with the same path is taken for the same one unless its
 * capacity differs; a network storage may be mounted by a host of which no storage was ever read.
 */
function connectionsSharing({ index, guest }: Context, storage: PlanStorage): Sharing[] {
  const own = index.connections.get(guest.connectionId)
  return [...index.connections.values()].flatMap((connection): Sharing[] => {
    if (connection.id === guest.connectionId || connection.kind !== own?.kind) return []
    const theirs = index.storagesOf.get(connection.id) ?? []
    const twins = theirs.filter((each) => sameStorage(storage, each))
    if (twins.length > 0) return twins.map((twin) => ({ id: connection.id, twin }))
    const isNetwork = NETWORK_STORAGE.has(storage.known.facts.type)
    return isNetwork && connection.health === 'never-read' ? [{ id: connection.id, twin: null }] : []
  })
}

function sameStorage({ known: { facts: ours } }: PlanStorage, { known: { facts: theirs } }: PlanStorage): boolean {
  if (ours.path === null || ours.path !== theirs.path) return false
  return ours.capacityBytes === null || theirs.capacityBytes === null || ours.capacityBytes === theirs.capacityBytes
}

function unreadOf({ index, guest }: Context, connections: ReadonlySet<ConnectionId>): string[] {
  return index.world.imagesUnread
    .filter(({ connectionId, section }) => connections.has(connectionId) && section !== 'images')
    .map(({ connectionId, connectionName, section, subject }) => {
      const what = subject === null ? section : `${section} ${subject}`
      return connectionId === guest.connectionId ? what : `${connectionName}: ${what}`
    })
}
