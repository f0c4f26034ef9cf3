/**
 * Builders of domain values for tests: say what matters, the rest is ordinary.
 * Every builder gives the same value for the same words, so that expectations stay readable.
 *
 *   aGuest('web').withChain('before-update', 'after-update').build()
 *   aCollection().withGuests(aGuest('web'), aGuest('db').withUnreadSnapshots({ code: 'interrupted' })).build()
 */
import { type Capabilities, FEATURES, type Support } from '@/lib/domain/capability'
import type {
  CollectedGuest,
  CollectedStorage,
  Collection,
  ConfigurationMap,
  GuestFacts,
  GuestFinding,
  Scope,
  Section,
  SnapshotsOfGuest,
  StorageFacts,
  Volume,
} from '@/lib/domain/inventory'
import { NOT_TOLD_OF_GUEST, read, unread } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { ChainImage, Disk, Size, Snapshot, SnapshotDisk } from '@/lib/domain/snapshot'
import { SIZE_UNKNOWN } from '@/lib/domain/snapshot'
import { type Bytes, epochMillis, GIB, HOUR, type Instant, instantAt } from '@/lib/domain/units'

/** The moment tests happen at. */
export const TEST_NOW: Instant = '2026-11-21T09:00:00.000Z'

/** So many hours before TEST_NOW. */
export const hoursAgo = (hours: number): Instant => instantAt(epochMillis(TEST_NOW) - hours * HOUR)

/** All features supported; pass what is not. */
export function allCapabilities(except: Partial<Capabilities> = {}): Capabilities {
  const yes = Object.fromEntries(FEATURES.map((feature): [string, Support] => [feature, { ok: true }]))
  return { ...(yes as Capabilities), ...except }
}

export class SnapshotBuilder {
  private readonly value: Snapshot

  constructor(name: string) {
    this.value = {
      nativeId: name,
      name,
      parent: null,
      parentMissing: null,
      createdAt: hoursAgo(1),
      description: '',
      memory: 'none',
      powerThen: 'unknown',
      consistency: 'unknown',
      kind: 'internal',
      unmanaged: false,
      incomplete: false,
      disks: [{ name: 'vda', mode: 'internal', file: null, bytes: null }],
      memoryFile: null,
      size: SIZE_UNKNOWN,
    }
  }

  withId(nativeId: string): this {
    this.value.nativeId = nativeId
    return this
  }
  childOf(parent: string | null): this {
    this.value.parent = parent
    return this
  }
  /** its parent is named but not there */
  orphanedFrom(parent: string): this {
    this.value.parent = null
    this.value.parentMissing = parent
    return this
  }
  takenAt(createdAt: Instant | null): this {
    this.value.createdAt = createdAt
    return this
  }
  described(description: string): this {
    this.value.description = description
    return this
  }
  withMemory(bytes: Bytes | null = GIB): this {
    this.value.memory = 'saved'
    this.value.powerThen = 'running'
    this.value.memoryFile = { file: `/images/${this.value.name}.mem`, bytes }
    return this
  }
  /** external: an overlay of so many bytes on each disk named */
  external(overlays: Record<string, Bytes | null> = { vda: GIB }): this {
    this.value.kind = 'external'
    this.value.disks = Object.entries(overlays).map(
      ([name, bytes]): SnapshotDisk => ({
        name,
        mode: 'external',
        file: `/images/${name}.${this.value.name}.qcow2`,
        bytes,
      }),
    )
    const bytes = Object.values(overlays)
    const known = bytes.filter((each) => each !== null)
    this.value.size =
      known.length === 0
        ? SIZE_UNKNOWN
        : {
            bytes: known.reduce((sum, each) => sum + each, 0),
            confidence: known.length === bytes.length ? 'exact' : 'at-least',
            source: 'overlay-allocation',
          }
    return this
  }
  native(disks: string[] = ['scsi0']): this {
    this.value.kind = 'native'
    this.value.disks = disks.map((name) => ({ name, mode: 'native', file: null, bytes: null }))
    return this
  }
  unmanaged(): this {
    this.value.unmanaged = true
    return this
  }
  incomplete(): this {
    this.value.incomplete = true
    return this
  }
  sized(size: Size): this {
    this.value.size = size
    return this
  }
  with(fields: Partial<Snapshot>): this {
    Object.assign(this.value, fields)
    return this
  }
  build(): Snapshot {
    return structuredClone(this.value)
  }
}

/** An internal snapshot without memory, one hour old, of unknown size. */
export const aSnapshot = (name = 'before-update'): SnapshotBuilder => new SnapshotBuilder(name)

/** One qcow2 disk of 20 GiB with a single image. */
export function aDisk(target = 'vda', fields: Partial<Disk> = {}): Disk {
  return {
    target,
    device: 'disk',
    readOnly: false,
    shareable: false,
    format: 'qcow2',
    virtualBytes: 20 * GIB,
    chain: [anImage(`/images/${target}.qcow2`)],
    ...fields,
  }
}

export function anImage(file: string, fields: Partial<ChainImage> = {}): ChainImage {
  return {
    file,
    format: 'qcow2',
    allocatedBytes: 4 * GIB,
    virtualBytes: 20 * GIB,
    madeBySnapshot: null,
    unexplained: false,
    ...fields,
  }
}

export class GuestBuilder {
  private readonly facts: GuestFacts
  private disks: Section<Disk[]> = read([aDisk()])
  private snapshots: Section<SnapshotsOfGuest> = read({ items: [], currentParent: null })
  private configuration: Section<ConfigurationMap> = read({ cpus: '2', memory: '2048 MiB' })
  private capabilities: Capabilities = allCapabilities()
  private findings: GuestFinding[] = []

  constructor(name: string) {
    this.facts = {
      nativeId: `id-of-${name}`,
      name,
      node: 'node-1',
      kind: 'vm',
      power: 'running',
      tags: [],
      cpus: 2,
      memoryBytes: 2 * GIB,
      firmware: 'bios',
      tpm: false,
      agent: 'absent',
      managedSave: false,
      description: '',
      ...NOT_TOLD_OF_GUEST,
    }
  }

  named(name: string): this {
    this.facts.name = name
    return this
  }
  withId(nativeId: string): this {
    this.facts.nativeId = nativeId
    return this
  }
  on(node: string): this {
    this.facts.node = node
    return this
  }
  tagged(...tags: string[]): this {
    this.facts.tags = tags
    return this
  }
  stopped(): this {
    this.facts.power = 'stopped'
    return this
  }
  withFacts(facts: Partial<GuestFacts>): this {
    Object.assign(this.facts, facts)
    return this
  }
  withDisks(...disks: Disk[]): this {
    this.disks = read(disks)
    return this
  }
  withUnreadDisks(reason: Reason): this {
    this.disks = unread(reason)
    return this
  }
  /** snapshots as given; the current state stands on the last one, or on `currentOn` */
  withSnapshots(...snapshots: (SnapshotBuilder | Snapshot)[]): this {
    const items = snapshots.map((each) => (each instanceof SnapshotBuilder ? each.build() : each))
    this.snapshots = read({ items, currentParent: items.at(-1)?.nativeId ?? null })
    return this
  }
  /**
   * External snapshots in a row, oldest first, one hour apart, one overlay of 1 GiB each;
   * the disk's chain and the current state follow.
   */
  withChain(...names: string[]): this {
    const disk = 'vda'
    this.withSnapshots(
      ...names.map((name, index) =>
        aSnapshot(name)
          .external({ [disk]: GIB })
          .childOf(names[index - 1] ?? null)
          .takenAt(hoursAgo(names.length - index)),
      ),
    )
    const overlays = names.map((name) =>
      anImage(`/images/${disk}.${name}.qcow2`, { allocatedBytes: GIB, madeBySnapshot: name }),
    )
    this.disks = read([aDisk(disk, { chain: [...overlays.reverse(), anImage(`/images/${disk}.qcow2`)] })])
    return this
  }
  currentOn(snapshot: string | null): this {
    if (this.snapshots.status === 'unread') throw new Error('the snapshots of this guest were not read')
    this.snapshots = read({ ...this.snapshots.value, currentParent: snapshot })
    return this
  }
  /** snapshots are listed, and nobody tells what the current state stands on */
  withCurrentUntold(): this {
    if (this.snapshots.status === 'unread') throw new Error('the snapshots of this guest were not read')
    this.snapshots = read({ ...this.snapshots.value, currentParent: null, currentUnknown: true })
    return this
  }
  withUnreadSnapshots(reason: Reason): this {
    this.snapshots = unread(reason)
    return this
  }
  configured(configuration: ConfigurationMap): this {
    this.configuration = read(configuration)
    return this
  }
  withUnreadConfiguration(reason: Reason): this {
    this.configuration = unread(reason)
    return this
  }
  capable(capabilities: Partial<Capabilities>): this {
    this.capabilities = { ...this.capabilities, ...capabilities }
    return this
  }
  finding(...findings: GuestFinding[]): this {
    this.findings = findings
    return this
  }
  build(): CollectedGuest {
    return structuredClone({
      facts: this.facts,
      disks: this.disks,
      snapshots: this.snapshots,
      configuration: this.configuration,
      capabilities: this.capabilities,
      findings: this.findings,
    })
  }
}

/** A running virtual machine with one disk and no snapshot. */
export const aGuest = (name = 'web'): GuestBuilder => new GuestBuilder(name)

export class StorageBuilder {
  private readonly facts: StorageFacts
  private volumes: Section<Volume[]> = read([])

  constructor(name: string) {
    this.facts = {
      nativeId: `id-of-${name}`,
      name,
      node: 'node-1',
      type: 'dir',
      active: true,
      path: `/${name}`,
      capacityBytes: 100 * GIB,
      usedBytes: 40 * GIB,
      availableBytes: 60 * GIB,
      provisionedBytes: 80 * GIB,
      source: 'libvirt-pool',
    }
  }

  withId(nativeId: string): this {
    this.facts.nativeId = nativeId
    return this
  }
  withFacts(facts: Partial<StorageFacts>): this {
    Object.assign(this.facts, facts)
    return this
  }
  /** capacity and used; what is left is available */
  sized(capacityBytes: Bytes, usedBytes: Bytes): this {
    return this.withFacts({ capacityBytes, usedBytes, availableBytes: capacityBytes - usedBytes })
  }
  withVolumes(...volumes: Volume[]): this {
    this.volumes = read(volumes)
    return this
  }
  withUnreadVolumes(reason: Reason): this {
    this.volumes = unread(reason)
    return this
  }
  build(): CollectedStorage {
    return structuredClone({ facts: this.facts, volumes: this.volumes })
  }
}

/** A directory pool of 100 GiB, 40 of them used. */
export const aStorage = (name = 'images'): StorageBuilder => new StorageBuilder(name)

/** A qcow2 disk image nobody refers to yet. */
export function aVolume(name = 'vda.qcow2', fields: Partial<Volume> = {}): Volume {
  return {
    nativeId: `/images/${name}`,
    name,
    path: `/images/${name}`,
    format: 'qcow2',
    virtualBytes: 20 * GIB,
    allocatedBytes: 4 * GIB,
    backingFile: null,
    usedBy: [],
    role: 'disk',
    ...fields,
  }
}

export class CollectionBuilder {
  private readonly value: Collection = {
    scope: { whole: true },
    startedAt: instantAt(epochMillis(TEST_NOW) - 1000),
    finishedAt: TEST_NOW,
    version: '9.0.0',
    clockSkewMillis: 0,
    guests: read([]),
    storages: read([]),
  }

  ofGuests(...nativeIds: string[]): this {
    this.value.scope = { whole: false, guests: nativeIds }
    return this
  }
  scoped(scope: Scope): this {
    this.value.scope = scope
    return this
  }
  /** finished at; it took a second */
  at(finishedAt: Instant): this {
    this.value.startedAt = instantAt(epochMillis(finishedAt) - 1000)
    this.value.finishedAt = finishedAt
    return this
  }
  withGuests(...guests: (GuestBuilder | CollectedGuest)[]): this {
    this.value.guests = read(guests.map((each) => (each instanceof GuestBuilder ? each.build() : each)))
    return this
  }
  withStorages(...storages: (StorageBuilder | CollectedStorage)[]): this {
    this.value.storages = read(storages.map((each) => (each instanceof StorageBuilder ? each.build() : each)))
    return this
  }
  unread(section: 'guests' | 'storages', reason: Reason): this {
    this.value[section] = unread(reason)
    return this
  }
  with(fields: Partial<Collection>): this {
    Object.assign(this.value, fields)
    return this
  }
  build(): Collection {
    return structuredClone(this.value)
  }
}

/** A whole reading of a connection that has nothing, finished at TEST_NOW. */
export const aCollection = (): CollectionBuilder => new CollectionBuilder()
