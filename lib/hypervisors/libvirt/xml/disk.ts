import { attribute, child, children, type Element } from './element'
import { normalPath } from './paths'

/** Where an image lies, as libvirt writes it in `<source>`. */
export type ImageSource = {
  /** a path for files and block devices; `pool/volume` and `protocol:name` for the others; null = no medium */
  file: string | null
  kind: 'file' | 'block' | 'network' | 'volume' | 'other'
  /** for kind `volume`: where to look the path up */
  volume: { pool: string; name: string } | null
}

/** One image of a chain as told by the guest's XML. */
export type ImageXml = ImageSource & { format: string | null }

export type DiskXml = {
  target: string
  bus: string | null
  device: 'disk' | 'cdrom' | 'floppy' | 'lun'
  source: ImageSource
  /** `<driver type>`; null = not told, libvirt then treats it as raw */
  format: string | null
  readOnly: boolean
  shareable: boolean
  /** changes are dropped when the guest stops */
  transient: boolean
  /** `<disk snapshot=…>`: what a snapshot does with this disk unless told otherwise */
  snapshotDefault: string | null
  bootOrder: string | null
  /** images below the first, nearest first. Complete only when `backingEnds` */
  backing: ImageXml[]
  /** libvirt closed the chain with an empty `<backingStore/>`: it has looked, there is nothing below */
  backingEnds: boolean
  /** the copy of it to another image (an active commit's base too): `ready` has caught up and waits to take over */
  mirror: 'none' | 'working' | 'ready'
}

const DEVICES = ['disk', 'cdrom', 'floppy', 'lun'] as const

/** Follows no more images than libvirt itself does (200), whatever a text claims. */
const LONGEST_CHAIN = 256

/** Reads one `<disk>` of a domain; null for one without a target, which libvirt never writes. */
function readDisk(disk: Element): DiskXml | null {
  const target = attribute(child(disk, 'target'), 'dev')
  if (target === null || target === '') return null
  const { images, ends } = readBacking(disk)
  return {
    target,
    bus: attribute(child(disk, 'target'), 'bus'),
    device: DEVICES.find((device) => device === attribute(disk, 'device')) ?? 'disk',
    source: readSource(attribute(disk, 'type'), child(disk, 'source')),
    format: attribute(child(disk, 'driver'), 'type'),
    readOnly: child(disk, 'readonly') !== null,
    shareable: child(disk, 'shareable') !== null,
    transient: child(disk, 'transient') !== null,
    snapshotDefault: attribute(disk, 'snapshot'),
    bootOrder: attribute(child(disk, 'boot'), 'order'),
    backing: images,
    backingEnds: ends,
    mirror: readMirror(child(disk, 'mirror')),
  }
}

const readMirror = (mirror: Element | null): DiskXml['mirror'] =>
  mirror === null ? 'none' : attribute(mirror, 'ready') === 'yes' ? 'ready' : 'working'

function readBacking(disk: Element): { images: ImageXml[]; ends: boolean } {
  const images: ImageXml[] = []
  let at = child(disk, 'backingStore')
  while (at !== null && images.length < LONGEST_CHAIN) {
    const source = child(at, 'source')
    if (source === null) return { images, ends: true }
    images.push({ ...readSource(attribute(at, 'type'), source), format: attribute(child(at, 'format'), 'type') })
    at = child(at, 'backingStore')
  }
  return { images, ends: false }
}

const pathOf = (source: Element, name: string) => {
  const path = attribute(source, name)
  return path === null || path === '' ? null : normalPath(path)
}

/** Reads a `<source>` by the type its parent names. */
export function readSource(type: string | null, source: Element | null): ImageSource {
  const none = { file: null, volume: null }
  if (source === null) return { ...none, kind: type === 'block' ? 'block' : 'file' }
  switch (type) {
    case 'file':
    case null:
      return { ...none, kind: 'file', file: pathOf(source, 'file') }
    case 'block':
      return { ...none, kind: 'block', file: pathOf(source, 'dev') }
    case 'network':
      return {
        ...none,
        kind: 'network',
        file: `${attribute(source, 'protocol') ?? 'network'}:${attribute(source, 'name') ?? ''}`,
      }
    case 'volume': {
      const volume = { pool: attribute(source, 'pool') ?? '', name: attribute(source, 'volume') ?? '' }
      return { kind: 'volume', file: `${volume.pool}/${volume.name}`, volume }
    }
    default:
      return { ...none, kind: 'other', file: attribute(source, 'dir') ?? attribute(source, 'path') }
  }
}

/** Every disk of a `<devices>` element. */
export const readDisks = (devices: Element | null): DiskXml[] =>
  children(devices, 'disk').flatMap((disk) => readDisk(disk) ?? [])
