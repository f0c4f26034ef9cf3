/** A fake guest as a collection describes it. Platform-true: each kind tells what the real one would, and no more. */
import type { CollectedGuest, GuestFinding } from '../../domain/inventory'
import { read } from '../../domain/inventory'
import { type ChainImage, type Disk, SIZE_UNKNOWN, type Size, type Snapshot } from '../../domain/snapshot'
import { type Bytes, epochMillis, type Instant, instantAt, type Millis } from '../../domain/units'
import { capabilitiesOf } from './capabilities'
import { showConfiguration } from './configuration'
import { chainOf } from './images'
import type { FakeGuest, FakeImage, FakeSnapshot } from './state'
import type { FakeWorld } from './world'

type View = {
  world: FakeWorld
  guest: FakeGuest
  skewMillis: Millis
  /** this guest's images by the file they read through to */
  above: Map<string, FakeImage[]>
  names: Map<string, string>
}

/** Everything the fake tells of one guest. Findings that need other guests are added by the caller. */
export function describeGuest(world: FakeWorld, guest: FakeGuest, skewMillis: Millis): CollectedGuest {
  const above = new Map<string, FakeImage[]>()
  for (const file of guest.images) {
    const image = world.images.get(file)
    if (image === undefined || image.backing === null) continue
    const known = above.get(image.backing)
    if (known === undefined) above.set(image.backing, [image])
    else known.push(image)
  }
  const names = new Map(guest.snapshots.map((snapshot) => [snapshot.nativeId, snapshot.name]))
  const view: View = { world, guest, skewMillis, above, names }
  const disks = guest.disks.map((disk) => describeDisk(view, disk))
  const snapshots = guest.snapshots.map((snapshot) => describeSnapshot(view, snapshot))
  return {
    facts: { ...guest.facts, tags: [...guest.facts.tags] },
    disks: read(disks),
    snapshots: read({ items: snapshots, currentParent: guest.currentParent }),
    configuration: read(showConfiguration(guest)),
    capabilities: capabilitiesOf(world, guest),
    findings: findingsOf(view, disks),
  }
}

/** Bytes on disk of an image, where the platform tells them. */
function toldBytes(view: View, image: FakeImage): Bytes | null {
  if (image.storage === null) return null
  return view.world.storages.get(image.storage)?.tellsVolumeBytes === true ? image.allocatedBytes : null
}

function describeDisk(view: View, disk: FakeGuest['disks'][number]): Disk {
  const chain = chainOf(view.world.images, disk.active).map((image): ChainImage => {
    const madeBySnapshot = image.madeBy === null ? null : (view.names.get(image.madeBy) ?? null)
    return {
      file: image.file,
      format: image.format,
      allocatedBytes: toldBytes(view, image),
      virtualBytes: image.virtualBytes,
      madeBySnapshot,
      unexplained: image.handmade,
    }
  })
  return {
    target: disk.target,
    device: disk.device,
    readOnly: disk.readOnly,
    shareable: false,
    format: disk.format,
    virtualBytes: disk.device === 'cdrom' ? null : disk.virtualBytes,
    chain,
  }
}

function describeSnapshot(view: View, snapshot: FakeSnapshot): Snapshot {
  const memoryBytes =
    view.world.identity.kind === 'libvirt' && snapshot.memoryFile?.storage === null ? null : snapshot.memoryBytes
  const disks = snapshot.disks.map((disk) => {
    const overlays = disk.frozen === null ? [] : (view.above.get(disk.frozen) ?? [])
    return {
      name: disk.name,
      mode: disk.mode,
      file: disk.file,
      bytes: disk.mode === 'external' ? sumTold(view, overlays) : null,
    }
  })
  return {
    nativeId: snapshot.nativeId,
    name: snapshot.name,
    parent: snapshot.parent,
    parentMissing: snapshot.parentMissing,
    createdAt: instantAt(wholeSeconds(epochMillis(snapshot.createdAt) + view.skewMillis)),
    description: snapshot.description,
    memory: snapshot.memory,
    powerThen: snapshot.powerThen,
    consistency: snapshot.consistency,
    kind: snapshot.kind,
    unmanaged: snapshot.unmanaged,
    incomplete: snapshot.incomplete,
    disks,
    memoryFile: snapshot.memoryFile === null ? null : { file: snapshot.memoryFile.file, bytes: memoryBytes },
    size: sizeOf(view, snapshot, disks, memoryBytes),
  }
}

/** Hypervisors tell the time of a snapshot in whole seconds. */
const wholeSeconds = (millis: Millis): Millis => Math.floor(millis / 1000) * 1000

function sumTold(view: View, images: FakeImage[]): Bytes | null {
  let sum = 0
  for (const image of images) {
    const bytes = toldBytes(view, image)
    if (bytes === null) return null
    sum += bytes
  }
  return sum
}

function sizeOf(view: View, snapshot: FakeSnapshot, disks: Snapshot['disks'], memoryBytes: Bytes | null): Size {
  const memory = snapshot.memory === 'saved'
  if (snapshot.kind === 'external') {
    const overlays = disks.filter((disk) => disk.mode === 'external').map((disk) => disk.bytes)
    const known = overlays.filter((bytes) => bytes !== null)
    const parts = memory ? [...known, ...(memoryBytes === null ? [] : [memoryBytes])] : known
    if (parts.length === 0) return { ...SIZE_UNKNOWN, source: 'file-not-in-a-pool' }
    const complete = known.length === overlays.length && (!memory || memoryBytes !== null)
    const live = snapshot.disks.some((disk) =>
      (view.above.get(disk.frozen ?? '') ?? []).some((image) =>
        view.guest.disks.some((each) => each.active === image.file),
      ),
    )
    return {
      bytes: parts.reduce((sum, bytes) => sum + bytes, 0),
      confidence: complete ? 'exact' : 'at-least',
      source: memory ? 'overlay-and-memory' : live ? 'overlay-allocation-live' : 'overlay-allocation',
    }
  }
  // Blocks of internal and native snapshots are shared inside the image or pool; only saved memory is ever told.
  if (memory && memoryBytes !== null) return { bytes: memoryBytes, confidence: 'at-least', source: 'memory-reported' }
  return { ...SIZE_UNKNOWN, source: snapshot.kind === 'internal' ? 'internal-shared' : 'not-told' }
}

function findingsOf(view: View, disks: Disk[]): GuestFinding[] {
  const { facts, snapshots } = view.guest
  const findings: GuestFinding[] = []
  if (facts.managedSave === true) findings.push({ finding: 'managed-save' })
  for (const disk of disks) {
    for (const image of disk.chain ?? []) {
      if (image.unexplained) findings.push({ finding: 'overlay-unexplained', disk: disk.target, file: image.file })
    }
  }
  const kinds = new Set(snapshots.map((snapshot) => snapshot.kind))
  if (kinds.has('internal') && kinds.has('external')) findings.push({ finding: 'mixed-chain' })
  const names = new Map<string, number>()
  const latest = epochMillis(view.world.now())
  for (const snapshot of snapshots) {
    const { name, parentMissing, tornOn } = snapshot
    if (parentMissing !== null) findings.push({ finding: 'parent-missing', snapshot: name, parent: parentMissing })
    if (tornOn.length > 0) findings.push({ finding: 'torn-snapshot', snapshot: name, disks: tornOn })
    names.set(name, (names.get(name) ?? 0) + 1)
    if (isAhead(snapshot.createdAt, view.skewMillis, latest)) findings.push({ finding: 'clock-ahead', snapshot: name })
  }
  for (const [name, count] of names) if (count > 1) findings.push({ finding: 'duplicate-name', name })
  if (view.world.identity.kind === 'libvirt' && snapshots.length > 0) {
    if (facts.firmware === 'uefi') findings.push({ finding: 'nvram-not-captured' })
    if (facts.tpm && snapshots.some((snapshot) => snapshot.memory === 'none'))
      findings.push({ finding: 'tpm-only-with-memory' })
  }
  return findings
}

/** A foreign clock a minute ahead is not worth a word. */
const AHEAD_TOLERANCE: Millis = 60_000

const isAhead = (createdAt: Instant, skewMillis: Millis, now: Millis): boolean =>
  epochMillis(createdAt) + skewMillis > now + AHEAD_TOLERANCE
