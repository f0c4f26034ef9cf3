/** Taking, rolling back to and deleting snapshots of a fake guest, each as its kind of hypervisor does it. */
import type { HypervisorKind } from '../../domain/connection'
import { type Outcome, ok, refused } from '../../domain/result'
import type { Consistency } from '../../domain/snapshot'
import { type Bytes, epochMillis, type Instant, SECOND } from '../../domain/units'
import { restoreConfiguration, saveConfiguration } from './configuration'
import { chainOf, dropUnreachable, freeFile, type Images, mergeDown, overlaysAbove, putOverlay } from './images'
import type { FakeDisk, FakeGuest, FakeImage, FakeSnapshot, FakeSnapshotDisk, FakeStorage } from './state'

/** The world around a guest that its snapshots need. */
export type Ground = {
  kind: HypervisorKind
  version: string
  images: Images
  storages: ReadonlyMap<string, FakeStorage>
  nextSnapshotNumber(): number
}

export type TakeOptions = {
  name: string
  /** when; the caller's clock */
  at: Instant
  memory?: boolean
  description?: string
  consistency?: Consistency
  /** libvirt can do either on qcow2; elsewhere the storage decides */
  style?: 'internal' | 'external'
  memoryBytes?: Bytes
}

/** Proxmox: `pve-configid`, 2 to 40 characters. */
const PROXMOX_NAME = /^[A-Za-z][A-Za-z0-9_-]{1,39}$/

function nameRefused(kind: HypervisorKind, name: string): string | null {
  if (kind === 'proxmox' && !PROXMOX_NAME.test(name)) return 'invalid format - invalid configuration ID'
  if (kind === 'libvirt' && name.includes('/')) return `invalid snapshot name '${name}': name can't contain '/'`
  return name === '' ? 'a snapshot needs a name' : null
}

/** Saves the guest's present as a snapshot below the current state's parent, and moves the current state onto it. */
export function takeSnapshot(ground: Ground, guest: FakeGuest, options: TakeOptions): Outcome<FakeSnapshot> {
  const { name } = options
  const problem = nameRefused(ground.kind, name)
  if (problem !== null) return refused({ code: 'rejected', text: problem })
  if (ground.kind !== 'vsphere' && guest.snapshots.some((snapshot) => snapshot.name === name)) {
    return refused({ code: 'already-exists', what: 'snapshot', name })
  }
  const nativeId = ground.kind === 'vsphere' ? `snapshot-${ground.nextSnapshotNumber()}` : name
  const disks: FakeSnapshotDisk[] = []
  for (const disk of guest.disks) {
    const held = holdDisk(ground, guest, disk, options)
    if (!held.ok) return held
    disks.push(held.value)
  }
  const running = guest.facts.power === 'running'
  const kind = disks.some((disk) => disk.mode === 'external')
    ? 'external'
    : disks.some((disk) => disk.mode === 'native')
      ? 'native'
      : 'internal'
  // QEMU's internal snapshot of a running guest always has its memory; a stopped guest has none to save,
  // and hypervisors drop that wish without a word.
  const wanted = options.memory === true || (ground.kind === 'libvirt' && kind === 'internal')
  const memory = wanted && running && guest.facts.kind === 'vm' ? 'saved' : 'none'
  const snapshot: FakeSnapshot = {
    nativeId,
    name,
    parent: guest.currentParent,
    parentMissing: null,
    createdAt: options.at,
    description: options.description ?? '',
    memory,
    powerThen: running ? 'running' : 'off',
    consistency: options.consistency ?? (running && memory === 'none' ? 'crash' : 'unknown'),
    kind,
    unmanaged: false,
    incomplete: false,
    tornOn: [],
    disks,
    memoryBytes: memory === 'saved' ? (options.memoryBytes ?? guest.facts.memoryBytes) : null,
    memoryFile: memory === 'saved' ? memoryFileOf(ground, guest, name, kind) : null,
    saved: saveConfiguration(guest),
  }
  for (const [index, held] of disks.entries()) {
    if (held.mode !== 'external' || held.frozen === null) continue
    const disk = guest.disks[index]
    const below = ground.images.get(held.frozen)
    if (disk === undefined || below === undefined) throw new Error(`no image ${held.frozen}`)
    const overlay = putOverlay(ground.images, guest, {
      file: overlayFile(ground, guest, below, name),
      below,
      madeBy: nativeId,
      handmade: false,
    })
    held.file = overlay.file
    disk.active = overlay.file
  }
  guest.snapshots.push(snapshot)
  guest.currentParent = nativeId
  return ok(snapshot)
}

function holdDisk(ground: Ground, guest: FakeGuest, disk: FakeDisk, options: TakeOptions): Outcome<FakeSnapshotDisk> {
  const excluded: FakeSnapshotDisk = { name: disk.target, mode: 'excluded', frozen: null, file: null }
  if (disk.active === null || disk.device === 'cdrom' || disk.readOnly) return ok(excluded)
  const storage = disk.storage === null ? undefined : ground.storages.get(disk.storage)
  const style =
    ground.kind === 'libvirt' ? (options.style ?? styleOnLibvirt(guest, storage)) : (storage?.style ?? 'external')
  if (style === 'none') {
    const because = { cause: 'storage-type', type: storage?.type ?? 'unknown' } as const
    return refused({ code: 'unsupported', feature: 'snapshot.internal', because })
  }
  if (style === 'internal' && disk.format === 'raw' && ground.kind === 'libvirt') {
    return refused({
      code: 'unsupported',
      feature: 'snapshot.internal',
      because: { cause: 'raw-disk', disk: disk.target },
    })
  }
  return ok({ ...excluded, mode: style, frozen: style === 'external' ? disk.active : null })
}

/** Internal and external layers do not mix on libvirt: stay with what the guest has, else what all its disks can. */
function styleOnLibvirt(guest: FakeGuest, storage: FakeStorage | undefined): 'internal' | 'external' {
  const before = guest.snapshots.at(-1)?.kind
  if (before === 'internal' || before === 'external') return before
  if (guest.disks.some((disk) => disk.format === 'raw' && !disk.readOnly)) return 'external'
  return storage?.style === 'external' ? 'external' : 'internal'
}

const withoutExtension = (file: string): string => file.replace(/\.[A-Za-z0-9]+$/, '')

function overlayFile(ground: Ground, guest: FakeGuest, below: FakeImage, name: string): string {
  if (ground.kind !== 'vsphere')
    return `${withoutExtension(chainOf(ground.images, below.file).at(-1)?.file ?? below.file)}.${name}`
  const stem = (chainOf(ground.images, below.file).at(-1)?.file ?? below.file).replace(/\.vmdk$/, '')
  // Numbers of deleted files are not what counts: the next is one above the highest in use.
  const used = [...guest.images].map((file) => (file.startsWith(`${stem}-`) ? Number.parseInt(file.slice(-11), 10) : 0))
  return `${stem}-${String(Math.max(0, ...used) + 1).padStart(6, '0')}.vmdk`
}

function memoryFileOf(
  ground: Ground,
  guest: FakeGuest,
  name: string,
  kind: FakeSnapshot['kind'],
): FakeSnapshot['memoryFile'] {
  const disk = guest.disks.find((each) => each.active !== null && each.device === 'disk')
  const base = disk === undefined ? undefined : chainOf(ground.images, disk.active).at(-1)
  if (base === undefined || (ground.kind === 'libvirt' && kind === 'internal')) return null
  const stem = withoutExtension(base.file)
  const file =
    ground.kind === 'proxmox'
      ? `${base.storage ?? 'local'}:vm-${guest.facts.nativeId}-state-${name}`
      : ground.kind === 'vsphere'
        ? `${stem}-${name}.vmem`
        : `${stem}.${name}.mem`
  return { file: freeFile(ground.images, file), storage: base.storage }
}

/** Snapshots younger than `snapshot`, oldest first: what newest-only storage wants gone before a rollback. */
function newerThan(guest: FakeGuest, snapshot: FakeSnapshot): FakeSnapshot[] {
  const index = guest.snapshots.indexOf(snapshot)
  return guest.snapshots.slice(index + 1)
}

const findSnapshot = (guest: FakeGuest, nativeId: string): FakeSnapshot | undefined =>
  guest.snapshots.find((snapshot) => snapshot.nativeId === nativeId)

const snapshotMissing = (nativeId: string) => refused({ code: 'missing', what: 'snapshot', name: nativeId })

/** Puts the guest back. Newer snapshots stay as a branch where the storage can; else they block. */
export function rollbackTo(ground: Ground, guest: FakeGuest, nativeId: string, at: Instant): Outcome<null> {
  const snapshot = findSnapshot(guest, nativeId)
  if (snapshot === undefined) return snapshotMissing(nativeId)
  if (snapshot.incomplete) return refused({ code: 'rejected', text: 'snapshot is not complete' })
  const newestOnly = guest.disks.some(
    (disk) => disk.storage !== null && ground.storages.get(disk.storage)?.reach === 'newest-only',
  )
  const newer = newerThan(guest, snapshot)
  if (newestOnly && newer.length > 0) {
    return refused({ code: 'blocked-by-newer-snapshots', blockers: newer.map((each) => each.name) })
  }
  for (const held of snapshot.disks) {
    const disk = guest.disks.find((each) => each.target === held.name)
    const frozen = held.frozen === null ? undefined : ground.images.get(held.frozen)
    if (disk === undefined || frozen === undefined) continue
    const seconds = Math.floor(epochMillis(at) / SECOND)
    const file =
      ground.kind === 'vsphere' ? overlayFile(ground, guest, frozen, '') : `${withoutExtension(frozen.file)}.${seconds}`
    disk.active = putOverlay(ground.images, guest, { file, below: frozen, madeBy: nativeId, handmade: false }).file
  }
  restoreConfiguration(guest, snapshot.saved)
  guest.facts.power = snapshot.memory === 'saved' ? 'running' : 'stopped'
  guest.currentParent = nativeId
  dropUnreachable(ground.images, guest)
  return ok(null)
}

/** Deletes one snapshot (its children move up to its parent) or a whole branch. Data of the current state stays. */
export function deleteSnapshot(
  ground: Ground,
  guest: FakeGuest,
  nativeId: string,
  children: 'keep' | 'delete',
): Outcome<null> {
  const snapshot = findSnapshot(guest, nativeId)
  if (snapshot === undefined) return snapshotMissing(nativeId)
  if (children === 'delete') {
    for (const child of guest.snapshots.filter((each) => each.parent === nativeId)) {
      const gone = deleteSnapshot(ground, guest, child.nativeId, 'delete')
      if (!gone.ok) return gone
    }
  }
  const merges: FakeImage[] = []
  for (const held of snapshot.disks) {
    if (held.frozen === null) continue
    const above = overlaysAbove(ground.images, guest, held.frozen)
    if (above.length > 1 && ground.kind === 'libvirt') {
      const text = 'deletion of external disk snapshot with multiple children snapshots not supported'
      return refused({ code: 'rejected', text })
    }
    const [overlay] = above
    if (above.length === 1 && overlay !== undefined) merges.push(overlay)
  }
  guest.snapshots = guest.snapshots.filter((each) => each !== snapshot)
  for (const child of guest.snapshots) if (child.parent === nativeId) child.parent = snapshot.parent
  if (guest.currentParent === nativeId) guest.currentParent = snapshot.parent
  for (const overlay of merges) mergeDown(ground.images, guest, overlay)
  dropUnreachable(ground.images, guest)
  return ok(null)
}
