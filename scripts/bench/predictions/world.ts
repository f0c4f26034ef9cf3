/** What the planner would read from the store, made of one fresh collection. */

import { asId, type ConnectionId, type GuestId, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import type { Collection } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import { PERMISSIONS, type Permission } from '@/lib/domain/permission'
import type { PlanWorld } from '@/lib/domain/plan-world'
import { HOUR, MINUTE } from '@/lib/domain/units'
import { mergeGuest, mergeStorage } from '@/lib/engine/inventory/merge'
import type { Hypervisor } from '@/lib/hypervisors/port'

const connection = asId<ConnectionId>('c')

export const guestId = (uuid: string): GuestId => asId<GuestId>(uuid)
export const snapshotId = (uuid: string, nativeId: string): SnapshotId => asId<SnapshotId>(`${uuid}/${nativeId}`)

/** Reads everything, as before a plan. */
export const collect = (hypervisor: Hypervisor): Promise<Collection> =>
  hypervisor.collect({ whole: true }, { thorough: true }, AbortSignal.timeout(2 * MINUTE))

/** One guest as known right after a reading. @throws Error when it was not read */
export function knownGuest(collection: Collection, uuid: string): KnownGuest {
  if (collection.guests.status === 'unread') throw new Error(JSON.stringify(collection.guests.reason))
  const found = collection.guests.value.find(({ facts }) => facts.nativeId === uuid)
  if (found === undefined) throw new Error(`no guest ${uuid} in the collection`)
  return mergeGuest(null, found, collection.finishedAt)
}

/** The world around one guest. Everything was read, everybody may do everything: what stops a plan is the guest. */
export function worldOf(collection: Collection, uuid: string): PlanWorld {
  const known = knownGuest(collection, uuid)
  const storages = collection.storages.status === 'read' ? collection.storages.value : []
  const guests = collection.guests.status === 'read' ? collection.guests.value : []
  const nameOf = (nativeId: string) => guests.find(({ facts }) => facts.nativeId === nativeId)?.facts.name ?? nativeId
  return {
    actor: { name: 'bench', permissions: Object.keys(PERMISSIONS) as Permission[] },
    connections: [
      {
        id: connection,
        name: 'lab',
        kind: 'libvirt',
        mode: 'operate',
        health: 'fresh',
        lastAnswerAt: collection.finishedAt,
        lastError: null,
        changesRefused: null,
        version: collection.version,
        commands: true,
      },
    ],
    guests: [
      {
        id: guestId(uuid),
        connectionId: connection,
        known,
        fingerprint: uuid,
        snapshots: (known.snapshots.value?.items ?? []).map(({ nativeId }) => ({
          id: snapshotId(uuid, nativeId),
          nativeId,
          hold: null,
          owner: null,
          purpose: null,
          expiresAt: null,
        })),
        environment: 'test',
        openOperation: null,
      },
    ],
    storages: storages.map((storage) => ({
      id: asId<StorageId>(storage.facts.nativeId),
      connectionId: connection,
      known: mergeStorage(null, storage, collection.finishedAt),
      ceilingRatio: 0.95,
      measured: [],
    })),
    volumes: storages.flatMap(({ facts, volumes }) =>
      (volumes.status === 'read' ? volumes.value : []).flatMap((volume) =>
        volume.path === null
          ? []
          : {
              connectionId: connection,
              storageId: asId<StorageId>(facts.nativeId),
              path: volume.path,
              backingFile: volume.backingFile,
              format: volume.format,
              virtualBytes: volume.virtualBytes,
              allocatedBytes: volume.allocatedBytes,
              usedBy: volume.usedBy.map((nativeId) => ({ nativeId, name: nameOf(nativeId) })),
            },
      ),
    ),
    imagesUnread: [],
    policy: {
      advisedDepth: 3,
      maxDepth: 32,
      maxAgeMillis: MINUTE,
      validMillis: HOUR,
      shutdownLimitMillis: 2_000,
      nameTemplate: '{guest}_{type}_{yyyyMMdd}_{HHmm}_{purpose}',
      timeZone: 'UTC',
    },
  }
}
