/**
 * A disk's chain while a plan merges it, with the measured law of what a merge needs and frees:
 * committing an overlay of `o` bytes on disk into a base of `b` bytes (of `v` at most) grows the base by `g`, the
 * overlay's blocks the base has not yet, `max(0, o − b) ≤ g ≤ min(o, v − b)`. Where the images' own maps were read, g is
 * told. The overlay's file goes: what it held is released, its new blocks now lie in the base.
 */
import type { ChainImage, Disk } from '@/lib/domain/snapshot'
import { type ByteRange, type Bytes, KIB } from '@/lib/domain/units'
import { exactly, less, NOTHING, UNBOUNDED, widened } from './ranges'

/** One image as it is by now. It holds the images `first` to `last` of the chain that was read (0 = the active one). */
type Layer = {
  file: string
  madeBy: string | null
  format: string
  first: number
  last: number
  /** bytes on disk */
  held: ByteRange
  virtualBytes: Bytes | null
}

/** Active image first. `read` is the chain as it was read: growth is told for its images. */
export type Layers = { target: string; read: readonly ChainImage[]; layers: readonly Layer[] }

/**
 * An empty qcow2 overlay: header, one L1 and refcount table (recorded: 196,616 to 204,800 bytes), and the first table of
 * a guest that writes as soon as it goes on (measured: up to 400 KiB).
 */
export const EMPTY_OVERLAY: ByteRange = { min: 192 * KIB, max: 512 * KIB }

/**
 * Block maps tell data; growing images also add tables (a 64 KiB L2 table for every 512 MiB touched, refcounts), and
 * file systems round. So much a told growth may be off either way.
 */
const TABLES_SLACK = 256 * KIB

/** Null when the chain could not be read. */
export function layersOf(disk: Disk): Layers | null {
  if (disk.chain === null) return null
  return {
    target: disk.target,
    read: disk.chain,
    layers: disk.chain.map((image, index) => ({
      file: image.file,
      madeBy: image.madeBySnapshot,
      format: image.format,
      first: index,
      last: index,
      held: image.allocatedBytes === null ? UNBOUNDED : exactly(image.allocatedBytes),
      virtualBytes: image.virtualBytes ?? disk.virtualBytes,
    })),
  }
}

/** What committing the layer at `index` into the one below grows that one by. */
export function growthOf({ read, layers }: Layers, index: number): ByteRange {
  const upper = layers[index]
  const lower = layers[index + 1]
  if (upper === undefined || lower === undefined) return NOTHING
  const told = toldGrowth(read, upper, lower)
  return told === null ? growthByLaw(upper, lower) : widened(told, TABLES_SLACK)
}

/** Growth of the bottom file by everything merged so far and now, less what it already grew by. */
function toldGrowth(read: readonly ChainImage[], upper: Layer, lower: Layer): ByteRange | null {
  const now = toldBetween(read, upper.first, lower.last)
  const before = toldBetween(read, lower.first, lower.last)
  return now === null || before === null ? null : less(now, before)
}

function toldBetween(read: readonly ChainImage[], top: number, base: number): ByteRange | null {
  return top === base ? NOTHING : (read[top]?.growthBelow?.[base - top - 1] ?? null)
}

function growthByLaw(upper: Layer, lower: Layer): ByteRange {
  const free = lower.virtualBytes === null ? null : Math.max(0, lower.virtualBytes - lower.held.min)
  const most = upper.held.max
  const max = most === null ? free : free === null ? most : Math.min(most, free)
  const least = lower.held.max === null ? 0 : Math.max(0, upper.held.min - lower.held.max)
  return { min: max === null ? least : Math.min(least, max), max }
}

/** What pulling everything below `index`, down to but not including `base`, grows that layer by; base null = all. */
export function pullGrowthOf({ read, layers }: Layers, index: number, base: number | null): ByteRange {
  const upper = layers[index]
  const end = base === null ? layers.length : base
  const pulled = layers.slice(index + 1, end)
  const bottom = pulled.at(-1)
  if (upper === undefined || bottom === undefined) return NOTHING
  const told = toldBetween(read, upper.first, bottom.last)
  // Committed down, the bottom file would hold all of them; pulled up, the active one does.
  const below = ownState(read, bottom)
  if (told !== null && below.max !== null) {
    const all = { min: told.min + below.min, max: told.max === null ? null : told.max + below.max }
    return widened(less(all, ownState(read, upper)), TABLES_SLACK)
  }
  const free = upper.virtualBytes === null ? null : Math.max(0, upper.virtualBytes - upper.held.min)
  const most = pulled.reduce<Bytes | null>(
    (sum, { held }) => (sum === null || held.max === null ? null : sum + held.max),
    0,
  )
  const max = most === null ? free : free === null ? most : Math.min(most, free)
  return { min: 0, max }
}

/**
 * What a layer holds for the state that reads through it. Its file holds more where internal snapshots lie in it: their
 * blocks go along with no merge. Of images that were folded together only the files' sizes are known.
 */
function ownState(read: readonly ChainImage[], { held, format, first, last }: Layer): ByteRange {
  const image = first === last ? read[first] : undefined
  if (image === undefined || format === 'raw') return held
  // Without a map that says what lies in it, an image may hold snapshots only.
  return { min: Math.min(held.min, image.mappedBytes ?? 0), max: held.max }
}

/** The chain after the layer at `index` was committed into the one below. */
export function committed(state: Layers, index: number): Layers {
  const upper = state.layers[index]
  const lower = state.layers[index + 1]
  if (upper === undefined || lower === undefined) return state
  const growth = growthOf(state, index)
  const held = { min: lower.held.min + growth.min, max: addOrNull(lower.held.max, growth.max) }
  const merged: Layer = { ...lower, first: upper.first, held }
  return { ...state, layers: [...state.layers.slice(0, index), merged, ...state.layers.slice(index + 2)] }
}

/** The chain after everything between the layer at `index` and `base` was pulled into it. */
export function pulled(state: Layers, index: number, base: number | null): Layers {
  const upper = state.layers[index]
  if (upper === undefined) return state
  const end = base === null ? state.layers.length : base
  const growth = pullGrowthOf(state, index, base)
  const held = { min: upper.held.min + growth.min, max: addOrNull(upper.held.max, growth.max) }
  const last = state.layers[end - 1]?.last ?? upper.last
  return { ...state, layers: [...state.layers.slice(0, index), { ...upper, last, held }, ...state.layers.slice(end)] }
}

const addOrNull = (a: Bytes | null, b: Bytes | null): Bytes | null => (a === null || b === null ? null : a + b)

export const filesOf = ({ layers }: Layers): string[] => layers.map(({ file }) => file)

/** All images the disk had when it was read: an overlay that an earlier step folds away is still listed as a reader. */
export const readFilesOf = ({ read }: Layers): string[] => read.map(({ file }) => file)

/** Bytes copied by a commit: what the overlay holds. */
export const movedBy = ({ layers }: Layers, index: number): ByteRange => layers[index]?.held ?? NOTHING
