/** Sizes of images as libvirt's statistics of guests tell them (virConnectGetAllDomainStats, BLOCK with BACKING). */
import type { ImageStats } from './readings'
import type { TypedParameters, TypedValue } from './rpc/types'
import { normalPath } from './xml/paths'

/** More images than a host's largest guest could have; bounds what a broken answer can make us do. */
const MOST_IMAGES = 65_536

/** virDomainState as the statistics carry it; null when not told. */
export function stateOf(values: TypedParameters): number | null {
  return numberOf(values.get('state.state'))
}

/**
 * The images of one guest. Null when the answer holds no list of disks: the guest is busy or the driver has none.
 *
 * Which figure is "bytes on disk" depends on whether the guest runs *(seen on 9.0)*: of a running guest QEMU answers
 * and it is `physical` (`allocation` is the highest offset written); of a stopped one libvirt looks at the file itself
 * and it is `allocation` (`physical` is the file's length). Only the first image of a stopped guest's disk is listed.
 */
export function imagesOf(values: TypedParameters, running: boolean): ImageStats[] | null {
  const count = numberOf(values.get('block.count'))
  if (count === null) return null
  const images: ImageStats[] = []
  for (let index = 0; index < Math.min(count, MOST_IMAGES); index += 1) {
    const target = values.get(`block.${index}.name`)
    const file = values.get(`block.${index}.path`)
    if (typeof target !== 'string' || typeof file !== 'string') continue
    images.push({
      target,
      file: normalPath(file),
      bytesOnDisk: numberOf(values.get(`block.${index}.${running ? 'physical' : 'allocation'}`)),
      virtualBytes: numberOf(values.get(`block.${index}.capacity`)),
    })
  }
  return images
}

/**
 * Bytes that the disks of a running guest wrote since it was started; null when not told of every disk. A disk's first
 * entry is the disk itself; those after it are its backing images, whose counters are QEMU's own work.
 */
export function writtenOf(values: TypedParameters): number | null {
  const count = numberOf(values.get('block.count'))
  if (count === null) return null
  const seen = new Set<string>()
  let sum = 0
  for (let index = 0; index < Math.min(count, MOST_IMAGES); index += 1) {
    const target = values.get(`block.${index}.name`)
    if (typeof target !== 'string' || seen.has(target)) continue
    seen.add(target)
    const written = numberOf(values.get(`block.${index}.wr.bytes`))
    if (written === null) return null
    sum += written
  }
  return sum
}

const numberOf = (value: TypedValue | undefined): number | null =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : null
