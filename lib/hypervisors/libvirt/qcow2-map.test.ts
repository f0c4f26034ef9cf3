import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HeldInside } from '@/lib/domain/snapshot'
import type { Piece } from './pieces'
import {
  type ClusterMap,
  growthBelow,
  growthOf,
  parseQcow2Layout,
  type Qcow2Layout,
  readClusterMap,
  readHeldInside,
} from './qcow2-map'

const CLUSTER = 512
const PER_TABLE = CLUSTER / 8
/** two L2 tables of virtual disk */
const CLUSTERS = 2 * PER_TABLE

function valueIn<T>(outcome: { ok: true; value: T } | { ok: false; why: unknown }): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.why))
  return outcome.value
}

/** Places in the file by guest cluster, for today's state or a snapshot. */
type State = ReadonlyMap<number, number>

/** An image with nothing but maps: each state has tables of its own. Data need not exist to be mapped. */
function image(states: readonly State[]): { bytes: Buffer; layout: Qcow2Layout; roots: Qcow2Layout[] } {
  const bytes = Buffer.alloc((1 + states.length * 3) * CLUSTER)
  const roots = states.map((state, index): Qcow2Layout => {
    const l1Offset = (1 + index * 3) * CLUSTER
    for (let table = 0; table < 2; table += 1) {
      const entries = [...state].filter(([cluster]) => Math.floor(cluster / PER_TABLE) === table)
      if (entries.length === 0) continue
      const at = l1Offset + (1 + table) * CLUSTER
      bytes.writeBigUInt64BE(BigInt(at) | (1n << 63n), l1Offset + table * 8)
      for (const [cluster, place] of entries) {
        bytes.writeBigUInt64BE(BigInt(place) * BigInt(CLUSTER), at + (cluster % PER_TABLE) * 8)
      }
    }
    return { virtualBytes: CLUSTERS * CLUSTER, clusterBytes: CLUSTER, l1Offset, l1Entries: 2 }
  })
  return { bytes, layout: roots[0] as Qcow2Layout, roots }
}

const readerOf = (bytes: Buffer) => async (pieces: readonly Piece[]) =>
  pieces.map(({ offset, length }) => bytes.subarray(offset, offset + length))

const mapOf = async (state: State): Promise<ClusterMap> => {
  const { bytes, layout } = image([state])
  return valueIn(await readClusterMap(readerOf(bytes), layout, 'image'))
}

const cluster = fc.nat(CLUSTERS - 1)
const anyState = fc
  .uniqueArray(cluster, { maxLength: 40 })
  .map((clusters): State => new Map(clusters.map((one) => [one, 1000 + one])))

describe('the map of an image', () => {
  it('grows by what the layers cover and it lacks, with the tables that takes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyState, { minLength: 1, maxLength: 4 }), anyState, async (layers, base) => {
        const covered = new Set(layers.flatMap((layer) => [...layer.keys()]))
        const missing = [...covered].filter((one) => !base.has(one))
        const tableOf = (one: number) => Math.floor(one / PER_TABLE)
        const there = new Set([...base.keys()].map(tableOf))
        const tables = new Set(missing.map(tableOf).filter((table) => !there.has(table)))
        const bytes = (missing.length + tables.size) * CLUSTER
        const maps = await Promise.all(layers.map(mapOf))
        expect(growthOf(maps, await mapOf(base))).toEqual({ min: bytes, max: bytes })
      }),
    )
  })

  it('makes a sequence of merges as exact as one', async () => {
    await fc.assert(
      fc.asyncProperty(anyState, anyState, anyState, async (top, middle, base) => {
        const below = growthBelow([await mapOf(top), await mapOf(middle), await mapOf(base)])
        const merged = await mapOf(new Map([...base, ...middle]))
        const [first, both] = [below[1]?.[0]?.min ?? 0, below[0]?.[1]?.min ?? 0]
        const second = growthOf([await mapOf(top)], merged).min
        expect(both - first).toBe(second)
      }),
    )
  })

  it('is unknown from an image on that has none', async () => {
    const map = await mapOf(new Map([[0, 1]]))
    expect(growthBelow([map, null, map])).toEqual([[null, null], [null], []])
  })

  it('tells every set of snapshots what it shares, and today’s blocks to nobody', async () => {
    const place = fc.nat(3)
    const history = fc.array(fc.array(fc.tuple(cluster, place), { maxLength: 30 }), { minLength: 2, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(history, async (told) => {
        // A cluster's place belongs to that cluster alone, as in every image QEMU wrote.
        const states = told.map((entries): State => new Map(entries.map(([one, n]) => [one, 10_000 + one * 4 + n])))
        const { bytes, layout, roots } = image(states)
        const names = roots.map((_, index) => `s${index}`)
        const snapshots = roots.slice(1).map((root, index) => ({ ...root, name: names[index + 1] ?? '' }))
        const { inside: held, now } = valueIn(await readHeldInside(readerOf(bytes), layout, snapshots, 'image'))
        const expected = new Map<string, number>()
        const ofNow = new Set([...(states[0]?.keys() ?? [])].map((one) => Math.floor(one / PER_TABLE)))
        let alone = (1 + ofNow.size) * CLUSTER
        const add = (holders: string[], size: number) => {
          const key = [...holders].sort().join()
          expected.set(key, (expected.get(key) ?? 0) + size)
        }
        states.slice(1).forEach((state, index) => {
          const tables = new Set([...state.keys()].map((one) => Math.floor(one / PER_TABLE)))
          add([names[index + 1] ?? ''], (1 + tables.size) * CLUSTER)
        })
        for (let one = 0; one < CLUSTERS; one += 1) {
          const places = new Map<number, string[]>()
          states.forEach((state, index) => {
            const at = state.get(one)
            if (at !== undefined) places.set(at, [...(places.get(at) ?? []), names[index] ?? ''])
          })
          for (const holders of places.values()) {
            if (!holders.includes('s0')) add(holders, CLUSTER)
            else if (holders.length === 1) alone += CLUSTER
          }
        }
        const found = new Map(held.map((entry: HeldInside) => [entry.snapshots.join(), entry.bytes]))
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(expected))
        expect(now).toBe(alone)
      }),
    )
  })

  it('is refused, never thrown at, whatever the bytes say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 0, maxLength: 4096 }), async (random) => {
        const bytes = Buffer.from(random)
        const layout = parseQcow2Layout(bytes, 'image')
        if (!layout.ok) return
        expect(await readClusterMap(readerOf(bytes), layout.value, 'image')).toHaveProperty('ok')
      }),
    )
    const header = Buffer.alloc(104)
    header.writeUInt32BE(3, 4)
    header.writeUInt32BE(16, 20)
    header.writeBigUInt64BE(2n ** 62n, 24)
    header.writeUInt32BE(0xffff_ffff, 36)
    expect(await readClusterMap(readerOf(header), valueIn(parseQcow2Layout(header, 'image')), 'image')).toMatchObject({
      ok: false,
      why: { code: 'malformed' },
    })
    header.writeUInt32BE(0b1_0000, 76)
    expect(parseQcow2Layout(header, 'image').ok).toBe(false)
  })
})
