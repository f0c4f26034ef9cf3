/** A fake storage as a collection describes it: its figures, and whose file is whose. */
import type { CollectedStorage, StorageFacts, Volume } from '../../domain/inventory'
import { read } from '../../domain/inventory'
import { chainOf } from './images'
import type { FakeStorage } from './state'
import type { FakeWorld } from './world'

/** Which guests refer to each file, through disks, snapshots or saved memory. */
export type FileUsers = {
  users: Map<string, Set<string>>
  memory: Map<string, { storage: string | null; bytes: number | null; guest: string }>
}

/** One walk over all guests; O(images). */
export function findFileUsers(world: FakeWorld): FileUsers {
  const users = new Map<string, Set<string>>()
  const memory: FileUsers['memory'] = new Map()
  for (const [nativeId, guest] of world.guests) {
    const starts = guest.disks.map((disk) => disk.active)
    for (const snapshot of guest.snapshots) {
      for (const disk of snapshot.disks) if (disk.frozen !== null) starts.push(disk.frozen)
      const file = snapshot.memoryFile
      if (file !== null) memory.set(file.file, { storage: file.storage, bytes: snapshot.memoryBytes, guest: nativeId })
    }
    const seen = new Set<string>()
    for (const start of starts) {
      if (start === null || seen.has(start)) continue
      for (const image of chainOf(world.images, start)) {
        if (seen.has(image.file)) break
        seen.add(image.file)
        const known = users.get(image.file)
        if (known === undefined) users.set(image.file, new Set([nativeId]))
        else known.add(nativeId)
      }
    }
  }
  return { users, memory }
}

/**
 * Describes every storage with its volumes, sorted by native id. `complete`: every guest was read, so that a file
 * nobody names is an orphan; otherwise nobody can say.
 */
export function describeStorages(
  world: FakeWorld,
  { users, memory }: FileUsers,
  complete: boolean,
): CollectedStorage[] {
  const volumes = new Map<string, Volume[]>()
  const usedBytes = new Map<string, number>()
  const provisioned = new Map<string, number>()
  const put = (storage: string | null, volume: Volume, bytes: number): void => {
    if (storage === null) return
    const known = volumes.get(storage)
    if (known === undefined) volumes.set(storage, [volume])
    else known.push(volume)
    usedBytes.set(storage, (usedBytes.get(storage) ?? 0) + bytes)
  }
  const readThrough = new Set([...world.images.values()].map((image) => image.backing))
  for (const image of world.images.values()) {
    const storage = world.storages.get(image.storage ?? '')
    const usedBy = [...(users.get(image.file) ?? [])]
    const told = storage?.tellsVolumeBytes === true
    const role =
      usedBy.length === 0 && !complete
        ? 'unknown'
        : roleOf(image.backing !== null, readThrough.has(image.file), usedBy.length)
    put(
      image.storage,
      {
        ...volumeNamed(image.file),
        format: image.format,
        virtualBytes: image.virtualBytes,
        allocatedBytes: told ? image.allocatedBytes : null,
        backingFile: image.backing,
        usedBy,
        role,
      },
      image.allocatedBytes,
    )
  }
  for (const [file, { storage, bytes, guest }] of memory) {
    put(
      storage,
      {
        ...volumeNamed(file),
        format: 'raw',
        virtualBytes: bytes,
        allocatedBytes: bytes,
        backingFile: null,
        usedBy: [guest],
        role: 'memory',
      },
      bytes ?? 0,
    )
  }
  for (const guest of world.guests.values()) {
    for (const disk of guest.disks) {
      if (disk.storage !== null && disk.device === 'disk') {
        provisioned.set(disk.storage, (provisioned.get(disk.storage) ?? 0) + disk.virtualBytes)
      }
    }
  }
  return [...world.storages.values()]
    .map((storage): CollectedStorage => {
      const strays = storage.strays.map((stray): Volume => {
        const file = `${storage.path ?? `${storage.name}:`}${storage.path === null ? '' : '/'}${stray.name}`
        return {
          ...volumeNamed(file),
          format: stray.format,
          virtualBytes: stray.bytes,
          allocatedBytes: stray.bytes,
          backingFile: stray.backingFile,
          usedBy: [],
          role: stray.role === 'orphan' && !complete ? 'unknown' : stray.role,
        }
      })
      const strayBytes = storage.strays.reduce((sum, stray) => sum + stray.bytes, 0)
      const used = Math.min(
        storage.capacityBytes,
        storage.otherBytes + strayBytes + (usedBytes.get(storage.nativeId) ?? 0),
      )
      const facts = factsOf(world, storage, used, provisioned.get(storage.nativeId) ?? 0)
      if (!storage.active) {
        return {
          facts,
          volumes: { status: 'unread', reason: { code: 'rejected', text: `storage '${storage.name}' is not active` } },
        }
      }
      const sorted = [...(volumes.get(storage.nativeId) ?? []), ...strays].sort((a, b) =>
        a.nativeId < b.nativeId ? -1 : 1,
      )
      return { facts, volumes: read(sorted) }
    })
    .sort((a, b) => (a.facts.nativeId < b.facts.nativeId ? -1 : 1))
}

function roleOf(isOverlay: boolean, isBacking: boolean, users: number): Volume['role'] {
  if (users === 0) return 'orphan'
  if (isOverlay) return 'overlay'
  return isBacking ? 'base' : 'disk'
}

const SOURCES: Record<FakeWorld['identity']['kind'], StorageFacts['source']> = {
  libvirt: 'libvirt-pool',
  proxmox: 'proxmox-status',
  vsphere: 'vsphere-summary',
}

function factsOf(world: FakeWorld, storage: FakeStorage, used: number, provisioned: number): StorageFacts {
  const { nativeId, name, node, type, path, active } = storage
  return {
    nativeId,
    name,
    node,
    type,
    active,
    path,
    // An inactive storage tells zeros or nothing; neither is a figure.
    capacityBytes: active ? storage.capacityBytes : null,
    usedBytes: active ? used : null,
    availableBytes: active ? storage.capacityBytes - used : null,
    provisionedBytes: active ? provisioned : null,
    ...(active && storage.metadataRatio !== undefined && { metadataRatio: storage.metadataRatio }),
    ...(active && storage.inodes !== undefined && { inodes: storage.inodes }),
    source: SOURCES[world.identity.kind],
  }
}

const volumeNamed = (file: string): Pick<Volume, 'nativeId' | 'name' | 'path'> => ({
  nativeId: file,
  name: file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf(':')) + 1),
  path: file.startsWith('/') ? file : null,
})
