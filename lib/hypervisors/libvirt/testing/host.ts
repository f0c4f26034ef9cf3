/** Readings of a host for tests, as short as what they are about. */
import type { StorageFacts } from '@/lib/domain/inventory'
import { read } from '@/lib/domain/inventory'
import type { GuestReading, HostReading, ImageStats, PoolReading, VolumeReading } from '../readings'
import { versionOf } from '../versions'
import type { DiskXml, ImageXml } from '../xml/disk'
import type { DomainXml } from '../xml/domain'
import type { SnapshotXml } from '../xml/snapshot'

export const GUEST = '11111111-1111-4111-8111-111111111111'
export const OTHER = '22222222-2222-4222-8222-222222222222'

/** `/images/<name>`, or the path itself. */
export const at = (name: string): string => (name.startsWith('/') ? name : `/images/${name}`)

const image = (file: string, format: string | null = 'qcow2'): ImageXml => ({
  kind: 'file',
  file: at(file),
  volume: null,
  format,
})

/** A disk; `chain` names its images, active first. One that runs tells the whole chain, a stopped one the first image. */
export function disk(target: string, chain: string[], over: Partial<DiskXml> & { told?: boolean } = {}): DiskXml {
  const { told = true, ...rest } = over
  const [active = '', ...below] = chain
  return {
    target,
    bus: 'virtio',
    device: 'disk',
    source: { kind: 'file', file: active === '' ? null : at(active), volume: null },
    format: 'qcow2',
    readOnly: false,
    shareable: false,
    transient: false,
    snapshotDefault: null,
    bootOrder: null,
    backing: told ? below.map((file) => image(file)) : [],
    backingEnds: told,
    mirror: 'none',
    ...rest,
  }
}

export function domain(over: Partial<DomainXml> = {}): DomainXml {
  return {
    uuid: GUEST,
    name: 'web01',
    type: 'kvm',
    kind: 'vm',
    description: '',
    cpus: 2,
    memoryBytes: 1024 ** 3,
    firmware: 'bios',
    loaderSettled: false,
    nvram: null,
    tpm: false,
    agent: 'connected',
    passthrough: [],
    disks: [disk('vda', ['web01.qcow2'])],
    paths: [],
    configuration: { cpus: '2' },
    ...over,
  }
}

/** An external snapshot that made these overlays above these images: `{ vda: ['overlay', 'frozen'] }`. */
export function external(
  name: string,
  overlays: Record<string, [overlay: string, frozen: string]>,
  over: Partial<SnapshotXml> = {},
): SnapshotXml {
  const disks = Object.entries(overlays)
  return {
    name,
    parent: null,
    createdSeconds: 1_760_000_000,
    state: 'disk-snapshot',
    description: '',
    memory: 'no',
    memoryFile: null,
    disks: disks.map(([target, [overlay]]) => ({ name: target, mode: 'external', file: at(overlay) })),
    revertFiles: [],
    imagesThen: new Map(disks.map(([target, [, frozen]]) => [target, at(frozen)])),
    paths: disks.flatMap(([, files]) => files.map(at)),
    ...over,
  }
}

/** An internal snapshot of a stopped guest, in these images: `{ vda: 'image' }`. */
export function internal(name: string, images: Record<string, string>, over: Partial<SnapshotXml> = {}): SnapshotXml {
  return {
    ...external(name, {}, { state: 'shutoff' }),
    disks: Object.keys(images).map((target) => ({ name: target, mode: 'internal', file: null })),
    imagesThen: new Map(Object.entries(images).map(([target, file]) => [target, at(file)])),
    paths: Object.values(images).map(at),
    ...over,
  }
}

export function guest(
  over: Partial<GuestReading> & { xml?: Partial<DomainXml>; tree?: SnapshotXml[]; current?: string | null } = {},
): GuestReading {
  const { xml, tree = [], current = tree.at(-1)?.name ?? null, ...rest } = over
  return {
    uuid: GUEST,
    name: 'web01',
    state: 1,
    managedSave: false,
    domain: read(domain({ ...xml, uuid: rest.uuid ?? GUEST, name: rest.name ?? 'web01' })),
    lastDomain: null,
    images: null,
    writtenBytes: null,
    snapshots: read({ items: tree, current }),
    ...rest,
  }
}

/** Bytes on disk of a guest's images, as its statistics tell them. */
export const told = (bytes: Record<string, number>): ImageStats[] =>
  Object.entries(bytes).map(([file, bytesOnDisk]) => ({
    target: 'vda',
    file: at(file),
    bytesOnDisk,
    virtualBytes: null,
  }))

/** A volume; `backing` names what it reads through to. */
export function volume(name: string, over: Partial<VolumeReading> & { over?: string } = {}): VolumeReading {
  const { over: backing, ...rest } = over
  return {
    pool: 'default',
    name: name.split('/').at(-1) ?? name,
    key: at(name),
    type: 'file',
    path: at(name),
    format: 'qcow2',
    capacityBytes: 8_000_000,
    allocationBytes: 1_000,
    backing: backing === undefined ? null : { path: at(backing), format: 'qcow2' },
    modified: '1.0',
    ...rest,
  }
}

export function pool(
  volumes: VolumeReading[],
  over: Partial<StorageFacts> & { refreshed?: boolean } = {},
): PoolReading {
  const { refreshed = true, ...facts } = over
  return {
    facts: {
      nativeId: 'p',
      name: 'default',
      node: 'kvm01',
      type: 'dir',
      active: true,
      path: '/images',
      capacityBytes: 100,
      usedBytes: 50,
      availableBytes: 50,
      provisionedBytes: null,
      source: 'libvirt-pool',
      ...facts,
    },
    volumes: read(volumes),
    refreshed,
  }
}

export function host(
  over: Partial<Omit<HostReading, 'guests' | 'pools'>> & { guests?: GuestReading[]; pools?: PoolReading[] } = {},
): HostReading {
  const { guests = [guest()], pools = [], ...rest } = over
  return {
    node: 'kvm01',
    driver: 'QEMU',
    version: versionOf('9.0.0'),
    everyGuest: true,
    images: { tables: new Map(), unread: new Map() },
    maps: { mapped: new Map(), growth: new Map(), held: new Map() },
    ...rest,
    guests: read(guests),
    pools: read(pools),
  }
}
