/** Images below a guest's disks: what taking, rolling back and merging do to files. Laws as measured on real QEMU. */
import { type Outcome, ok, refused } from '../../domain/result'
import type { Bytes } from '../../domain/units'
import type { FakeGuest, FakeImage, FakeSnapshot } from './state'

export type Images = Map<string, FakeImage>

/** The part of an overlay's blocks that its base does not have yet; the rest overwrites what is there. */
const NEW_BLOCKS = 0.4

/** Bytes on disk a new qcow2 or VMDK overlay starts with. */
const EMPTY_OVERLAY: Bytes = 196_608

/** A disk's images, the active one first; stops where a file is gone and survives circles. */
export function chainOf(images: Images, active: string | null): FakeImage[] {
  const chain: FakeImage[] = []
  const seen = new Set<string>()
  for (let file = active; file !== null && !seen.has(file); ) {
    seen.add(file)
    const image = images.get(file)
    if (image === undefined) break
    chain.push(image)
    file = image.backing
  }
  return chain
}

/** A file name nothing uses yet: `<base>`, else `<base>-2`, `<base>-3` … */
export function freeFile(images: Images, wanted: string): string {
  let file = wanted
  for (let copy = 2; images.has(file); copy += 1) file = `${wanted}-${copy}`
  return file
}

/** Puts a new empty overlay on top of `below` and returns it. */
export function putOverlay(
  images: Images,
  guest: FakeGuest,
  overlay: { file: string; below: FakeImage; madeBy: string | null; handmade: boolean },
): FakeImage {
  const image: FakeImage = {
    file: freeFile(images, overlay.file),
    storage: overlay.below.storage,
    format: overlay.below.format === 'vmdk' ? 'vmdk' : 'qcow2',
    allocatedBytes: EMPTY_OVERLAY,
    virtualBytes: overlay.below.virtualBytes,
    backing: overlay.below.file,
    madeBy: overlay.madeBy,
    handmade: overlay.handmade,
    owner: guest.facts.nativeId,
  }
  images.set(image.file, image)
  guest.images.add(image.file)
  return image
}

/** Overlays of this guest directly above an image: what a snapshot that froze it costs. */
export function overlaysAbove(images: Images, guest: FakeGuest, frozen: string): FakeImage[] {
  const above: FakeImage[] = []
  for (const file of guest.images) {
    const image = images.get(file)
    if (image?.backing === frozen) above.push(image)
  }
  return above
}

/**
 * Folds an overlay down into the image below it: the base grows by the overlay's new blocks, everything that read
 * through the overlay reads through the base.
 */
export function mergeDown(images: Images, guest: FakeGuest, overlay: FakeImage): void {
  const base = overlay.backing === null ? undefined : images.get(overlay.backing)
  if (base === undefined) throw new Error(`nothing below ${overlay.file} to merge into`)
  const grown = base.allocatedBytes + Math.round(overlay.allocatedBytes * NEW_BLOCKS)
  base.allocatedBytes = Math.min(base.virtualBytes, grown)
  for (const file of guest.images) {
    const image = images.get(file)
    if (image?.backing === overlay.file) image.backing = base.file
  }
  for (const disk of guest.disks) if (disk.active === overlay.file) disk.active = base.file
  for (const snapshot of guest.snapshots) {
    for (const disk of snapshot.disks) if (disk.frozen === overlay.file) disk.frozen = base.file
  }
  dropImage(images, guest, overlay.file)
}

/** Folds the layers above `base` up to `top` into one. Refused where the chain does not hold them in that order. */
export function mergeLayers(
  images: Images,
  guest: FakeGuest,
  chain: readonly FakeImage[],
  { direction, base, top }: { direction: 'commit' | 'pull'; base: string | null; top: string },
): Outcome<null> {
  const from = chain.findIndex(({ file }) => file === top)
  const to = base === null ? chain.length : chain.findIndex(({ file }) => file === base)
  if (from < 0 || to < 0 || to < from) return refused({ code: 'rejected', text: 'could not find image in chain' })
  if (direction === 'commit') {
    if (base === null) return refused({ code: 'rejected', text: 'could not find base image in chain' })
    for (const overlay of chain.slice(from, to).reverse()) mergeDown(images, guest, overlay)
    return ok(null)
  }
  const [upper, ...below] = chain.slice(from, to)
  if (upper === undefined) return ok(null)
  for (const layer of below) {
    upper.allocatedBytes = Math.min(upper.virtualBytes, upper.allocatedBytes + layer.allocatedBytes)
  }
  upper.backing = base
  dropUnreachable(images, guest)
  return ok(null)
}

function dropImage(images: Images, guest: FakeGuest, file: string): void {
  images.delete(file)
  guest.images.delete(file)
}

/** Removes overlays that snapshots made and nothing reads any more. What people laid by hand stays, as it would. */
export function dropUnreachable(images: Images, guest: FakeGuest): void {
  const reachable = new Set<string>()
  const starts = [
    ...guest.disks.map((disk) => disk.active),
    ...guest.snapshots.flatMap((snapshot: FakeSnapshot) => snapshot.disks.map((disk) => disk.frozen)),
  ]
  for (const start of starts) for (const image of chainOf(images, start)) reachable.add(image.file)
  for (const file of [...guest.images]) {
    const image = images.get(file)
    if (!reachable.has(file) && image !== undefined && image.madeBy !== null) dropImage(images, guest, file)
  }
}
