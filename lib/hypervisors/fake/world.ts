/**
 * A stateful hypervisor without the hypervisor: what is in it, what people do to it, and what goes wrong with it.
 * Read it through the port (`openFakeHypervisor`); change it through these methods, as an administrator would
 * with the platform's own tools.
 */

import type { Command } from '../../domain/command'
import { NOT_TOLD_OF_GUEST, type Power } from '../../domain/inventory'
import { type Outcome, ok, refused } from '../../domain/result'
import type { HistoryPoint } from '../../domain/sample'
import type { Bytes, Instant, Millis } from '../../domain/units'
import { chainOf, freeFile, type Images, mergeLayers, putOverlay } from './images'
import { deleteSnapshot, type Ground, rollbackTo, type TakeOptions, takeSnapshot } from './snapshots'
import {
  type FakeClock,
  type FakeDisk,
  type FakeFaults,
  type FakeGuest,
  type FakeIdentity,
  type FakeSnapshot,
  type FakeStorage,
  type FakeStray,
  noFaults,
} from './state'
import type { CommandFault, FakeTask } from './tasks'

/** A disk as it is put into a new guest. */
export type NewDisk = {
  target: string
  device?: 'disk' | 'cdrom'
  storage: string | null
  format: string
  virtualBytes: Bytes
  usedBytes: Bytes
  readOnly?: boolean
  /** its file; by default one is made up as the platform would */
  file?: string
  /** reads through to this existing image, which other guests may share */
  backing?: string
}

export type NewGuest = Partial<FakeGuest['facts']> & {
  name: string
  disks?: NewDisk[]
  configuration?: Record<string, string>
}

const missingGuest = (nativeId: string) => refused({ code: 'missing', what: 'guest', name: nativeId })

/** What changed: hypervisors tell of some changes and keep silent about others. */
export type FakeChange = { guest: string | null; what: 'guest' | 'snapshots' | 'data' | 'storage' }

export class FakeWorld {
  readonly guests = new Map<string, FakeGuest>()
  readonly storages = new Map<string, FakeStorage>()
  readonly images: Images = new Map()
  faults: FakeFaults = noFaults()
  /** grows with every change of anything */
  revision = 0
  /** called before every reading: where the demo fleet grows */
  beforeRead: ((now: Instant) => void) | null = null
  /** what it remembers of a storage's past, asked with what it holds now; null = it remembers nothing */
  remembers: ((storage: FakeStorage, usedBytes: Bytes, now: Instant) => HistoryPoint[]) | null = null
  /** every command it ever took, by task id */
  readonly tasks = new Map<string, FakeTask>()
  /** what goes wrong with the next commands, in order */
  commandFaults: CommandFault[] = []
  /** it cannot tell whether it took a command */
  forgets = false
  /** how long a command takes here */
  taskMillis: (command: Command) => Millis = () => 0
  private snapshotNumber = 0
  private guestNumber = 100
  private readonly listeners = new Set<(change: FakeChange) => void>()
  private readonly ground: Ground

  constructor(
    readonly identity: FakeIdentity,
    readonly clock: FakeClock,
  ) {
    this.ground = {
      kind: identity.kind,
      version: identity.version,
      images: this.images,
      storages: this.storages,
      nextSnapshotNumber: () => {
        this.snapshotNumber += 1
        return this.snapshotNumber
      },
    }
  }

  /** The world's own time, which may be off ours. */
  now(): Instant {
    return this.clock.now()
  }

  addStorage(storage: FakeStorage): void {
    this.storages.set(storage.nativeId, storage)
    this.changed(null, 'storage')
  }

  addStray(storage: string, stray: FakeStray): void {
    this.storages.get(storage)?.strays.push(stray)
    this.changed(null, 'storage')
  }

  /** Puts a guest in; a native id is made up in the platform's form unless given. */
  addGuest(guest: NewGuest): FakeGuest {
    const { name, disks = [], configuration, ...facts } = guest
    this.guestNumber += 1
    const nativeId = facts.nativeId ?? madeUpId(this.identity.kind, this.guestNumber)
    if (this.guests.has(nativeId)) throw new Error(`the fake world already has a guest ${nativeId}`)
    const added: FakeGuest = {
      facts: {
        node: this.identity.node,
        kind: 'vm',
        power: 'running',
        tags: [],
        cpus: 2,
        memoryBytes: 2_147_483_648,
        firmware: 'bios',
        tpm: false,
        agent: 'absent',
        managedSave: this.identity.kind === 'libvirt' ? false : null,
        description: '',
        ...NOT_TOLD_OF_GUEST,
        ...facts,
        nativeId,
        name,
      },
      disks: [],
      snapshots: [],
      currentParent: null,
      configuration: configuration ?? {},
      images: new Set(),
      revision: 0,
    }
    for (const disk of disks) added.disks.push(this.putDisk(added, disk))
    this.guests.set(nativeId, added)
    this.changed(nativeId, 'guest')
    return added
  }

  private putDisk(guest: FakeGuest, disk: NewDisk): FakeDisk {
    const { target, storage, format, virtualBytes } = disk
    const fixed = {
      target,
      device: disk.device ?? 'disk',
      storage,
      format,
      virtualBytes,
      readOnly: disk.readOnly ?? false,
    }
    if (disk.device === 'cdrom') return { ...fixed, active: null }
    const wanted = disk.file ?? diskFile(this.identity.kind, guest, target, format, this.storages.get(storage ?? ''))
    const file = freeFile(this.images, wanted)
    this.images.set(file, {
      file,
      storage,
      format,
      allocatedBytes: disk.usedBytes,
      virtualBytes,
      backing: disk.backing ?? null,
      madeBy: null,
      handmade: false,
      owner: guest.facts.nativeId,
    })
    guest.images.add(file)
    return { ...fixed, active: file }
  }

  /** Removes a guest; its images go too unless `keepImages` leaves them behind as orphans. */
  removeGuest(nativeId: string, options: { keepImages?: boolean } = {}): Outcome<null> {
    const guest = this.guests.get(nativeId)
    if (guest === undefined) return missingGuest(nativeId)
    if (options.keepImages !== true) for (const file of guest.images) this.images.delete(file)
    this.guests.delete(nativeId)
    this.changed(nativeId, 'guest')
    return ok(null)
  }

  take(nativeId: string, options: Omit<TakeOptions, 'at'> & { at?: Instant }): Outcome<FakeSnapshot> {
    return this.onGuest(nativeId, 'snapshots', (guest) =>
      takeSnapshot(this.ground, guest, { ...options, at: options.at ?? this.now() }),
    )
  }

  rollback(nativeId: string, snapshot: string, at: Instant = this.now()): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => rollbackTo(this.ground, guest, snapshot, at))
  }

  delete(nativeId: string, snapshot: string, children: 'keep' | 'delete' = 'keep'): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => deleteSnapshot(this.ground, guest, snapshot, children))
  }

  /** The guest writes: its active images grow by so many bytes on disk, up to what they can hold. */
  write(nativeId: string, bytes: Bytes, target?: string): Outcome<null> {
    return this.onGuest(nativeId, 'data', (guest) => {
      for (const disk of guest.disks) {
        if (disk.active === null || (target !== undefined && disk.target !== target)) continue
        const image = this.images.get(disk.active)
        if (image !== undefined) image.allocatedBytes = Math.min(image.virtualBytes, image.allocatedBytes + bytes)
      }
      return ok(null)
    })
  }

  setPower(nativeId: string, power: Power): Outcome<null> {
    return this.onGuest(nativeId, 'guest', (guest) => {
      guest.facts.power = power
      return ok(null)
    })
  }

  /** Changes facts or configuration as an administrator edits a guest. */
  edit(
    nativeId: string,
    change: { facts?: Partial<FakeGuest['facts']>; configuration?: Record<string, string> },
  ): Outcome<null> {
    return this.onGuest(nativeId, 'guest', (guest) => {
      Object.assign(guest.facts, change.facts ?? {})
      Object.assign(guest.configuration, change.configuration ?? {})
      return ok(null)
    })
  }

  /** Lays an overlay on a disk that no snapshot explains: qemu-img by hand, or a backup tool. */
  layOverlay(nativeId: string, target: string, file: string): Outcome<null> {
    return this.onGuest(nativeId, 'data', (guest) => {
      const disk = guest.disks.find((each) => each.target === target)
      const [below] = chainOf(this.images, disk?.active ?? null)
      if (disk === undefined || below === undefined) return refused({ code: 'missing', what: 'storage', name: target })
      disk.active = putOverlay(this.images, guest, { file, below, madeBy: null, handmade: true }).file
      return ok(null)
    })
  }

  /** The metadata of a snapshot is lost and its data stays: it turns unmanaged, its children name a parent that is gone. */
  loseMetadata(nativeId: string, snapshot: string, options: { keepData: boolean; tornOn?: string[] }): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => {
      const lost = guest.snapshots.find((each) => each.nativeId === snapshot)
      if (lost === undefined) return refused({ code: 'missing', what: 'snapshot', name: snapshot })
      for (const child of guest.snapshots) {
        if (child.parent !== snapshot) continue
        child.parent = null
        child.parentMissing = lost.name
      }
      if (guest.currentParent === snapshot) guest.currentParent = null
      if (options.keepData)
        Object.assign(lost, { unmanaged: true, parent: null, description: '', tornOn: options.tornOn ?? [] })
      else guest.snapshots = guest.snapshots.filter((each) => each !== lost)
      return ok(null)
    })
  }

  /** Data without metadata is removed from the image. */
  dropUnmanaged(nativeId: string, name: string): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => {
      const found = guest.snapshots.find((each) => each.unmanaged && each.name === name)
      if (found === undefined) return refused({ code: 'missing', what: 'snapshot', name })
      guest.snapshots = guest.snapshots.filter((each) => each !== found)
      return ok(null)
    })
  }

  /** Data without metadata is listed again. */
  adopt(nativeId: string, name: string): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => {
      const found = guest.snapshots.find((each) => each.unmanaged && each.name === name)
      if (found === undefined) return refused({ code: 'missing', what: 'snapshot', name })
      Object.assign(found, { unmanaged: false, tornOn: [] })
      return ok(null)
    })
  }

  /** Folds layers of one disk: a commit writes them into `base`, a pull into `top`. */
  merge(
    nativeId: string,
    target: string,
    layers: { direction: 'commit' | 'pull'; base: string | null; top: string },
  ): Outcome<null> {
    return this.onGuest(nativeId, 'data', (guest) => {
      const active = guest.disks.find((disk) => disk.target === target)?.active ?? null
      return mergeLayers(this.images, guest, chainOf(this.images, active), layers)
    })
  }

  /** A leftover file is removed from a storage. */
  dropStray(storage: string, name: string): Outcome<null> {
    const found = this.storages.get(storage)
    const stray = found?.strays.find((each) => each.name === name)
    if (found === undefined || stray === undefined) return refused({ code: 'missing', what: 'storage', name })
    found.strays = found.strays.filter((each) => each !== stray)
    this.changed(null, 'storage')
    return ok(null)
  }

  /** A take or delete was interrupted: the entry is listed and is never a target. */
  leaveIncomplete(nativeId: string, snapshot: string): Outcome<null> {
    return this.onGuest(nativeId, 'snapshots', (guest) => {
      const found = guest.snapshots.find((each) => each.nativeId === snapshot)
      if (found === undefined) return refused({ code: 'missing', what: 'snapshot', name: snapshot })
      found.incomplete = true
      return ok(null)
    })
  }

  /** Calls back after every change; what the listener is told is decided by the adapter. */
  onChange(listener: (change: FakeChange) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  private onGuest<T>(nativeId: string, what: FakeChange['what'], change: (guest: FakeGuest) => Outcome<T>): Outcome<T> {
    const guest = this.guests.get(nativeId)
    if (guest === undefined) return missingGuest(nativeId)
    const outcome = change(guest)
    if (outcome.ok) {
      guest.revision += 1
      this.changed(nativeId, what)
    }
    return outcome
  }

  private changed(guest: string | null, what: FakeChange['what']): void {
    this.revision += 1
    for (const listener of this.listeners) listener({ guest, what })
  }
}

function madeUpId(kind: FakeIdentity['kind'], number: number): string {
  if (kind === 'proxmox') return String(number)
  return `00000000-0000-4000-8000-${number.toString(16).padStart(12, '0')}`
}

function diskFile(
  kind: FakeIdentity['kind'],
  guest: FakeGuest,
  target: string,
  format: string,
  storage: FakeStorage | undefined,
): string {
  const { name, nativeId } = guest.facts
  const number = guest.disks.filter((disk) => disk.device === 'disk').length
  if (kind === 'vsphere') return `[${storage?.name ?? '?'}] ${name}/${name}${number === 0 ? '' : `_${number}`}.vmdk`
  if (kind === 'proxmox') {
    const volume = `${guest.facts.kind === 'vm' ? 'vm' : 'subvol'}-${nativeId}-disk-${number}`
    return format === 'qcow2'
      ? `${storage?.name ?? '?'}:${nativeId}/${volume}.qcow2`
      : `${storage?.name ?? '?'}:${volume}`
  }
  const folder = storage?.path ?? '/srv/elsewhere'
  const suffix = number === 0 ? '' : `-${target}`
  return `${folder}/${name.replaceAll('/', '_')}${suffix}.${format === 'raw' ? 'img' : format}`
}
