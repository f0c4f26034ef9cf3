/** The world a planner was given, found by id and by file: bulk plans ask the same thing hundreds of times. */
import type { ConnectionId, GuestId, StorageId } from '@/lib/domain/ids'
import type { PlanConnection, PlanGuest, PlanStorage, PlanVolume, PlanWorld } from '@/lib/domain/plan-world'

export type WorldIndex = {
  world: PlanWorld
  guests: ReadonlyMap<GuestId, PlanGuest>
  connections: ReadonlyMap<ConnectionId, PlanConnection>
  storages: ReadonlyMap<StorageId, PlanStorage>
  storagesOf: ReadonlyMap<ConnectionId, readonly PlanStorage[]>
  /** volumes by their own path; one path may exist on several hosts */
  volumesAt: ReadonlyMap<string, readonly PlanVolume[]>
  /** volumes by the file they read through */
  readersAt: ReadonlyMap<string, readonly PlanVolume[]>
}

export function indexWorld(world: PlanWorld): WorldIndex {
  return {
    world,
    guests: new Map(world.guests.map((guest) => [guest.id, guest])),
    connections: new Map(world.connections.map((connection) => [connection.id, connection])),
    storages: new Map(world.storages.map((storage) => [storage.id, storage])),
    storagesOf: grouped(world.storages, ({ connectionId }) => connectionId),
    volumesAt: grouped(world.volumes, ({ path }) => path),
    readersAt: grouped(world.volumes, ({ backingFile }) => backingFile),
  }
}

function grouped<K, T>(items: readonly T[], keyOf: (item: T) => K | null): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const item of items) {
    const key = keyOf(item)
    if (key === null) continue
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return groups
}
