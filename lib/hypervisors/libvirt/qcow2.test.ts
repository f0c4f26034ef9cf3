import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseQcow2Header, parseSnapshotTable, type Qcow2Snapshot } from './qcow2'

type Recorded = Record<string, { header: string; count: number; table: string }>
const recorded: Recorded = JSON.parse(readFileSync(new URL('./fixtures/qcow2-tables.json', import.meta.url), 'utf8'))

const header = (over: { magic?: number; version?: number; count?: number; offset?: bigint; size?: bigint } = {}) => {
  const bytes = Buffer.alloc(104)
  bytes.writeUInt32BE(over.magic ?? 0x514649fb, 0)
  bytes.writeUInt32BE(over.version ?? 3, 4)
  bytes.writeBigUInt64BE(over.size ?? 8_388_608n, 24)
  bytes.writeUInt32BE(over.count ?? 0, 60)
  bytes.writeBigUInt64BE(over.offset ?? 0n, 64)
  return bytes
}

/** Writes a table as QEMU does (docs/interop/qcow2.txt); `extra` bytes of extra data, 0 as very old images have. */
function table(snapshots: Qcow2Snapshot[], extra = 24): Buffer {
  return Buffer.concat(
    snapshots.map((snapshot) => {
      const [id, name] = [Buffer.from(snapshot.id), Buffer.from(snapshot.name)]
      const entry = Buffer.alloc(Math.ceil((40 + extra + id.length + name.length) / 8) * 8)
      entry.writeUInt16BE(id.length, 12)
      entry.writeUInt16BE(name.length, 14)
      entry.writeUInt32BE(snapshot.createdSeconds, 16)
      entry.writeUInt32BE(snapshot.memoryBytes % 2 ** 32, 32)
      entry.writeUInt32BE(extra, 36)
      if (extra >= 8) entry.writeBigUInt64BE(BigInt(snapshot.memoryBytes), 40)
      id.copy(entry, 40 + extra)
      name.copy(entry, 40 + extra + id.length)
      return entry
    }),
  )
}

const anySnapshot = fc.record({
  id: fc.nat(100_000).map(String),
  name: fc.string({ unit: 'grapheme', maxLength: 60 }).map((name) => Buffer.from(name.replaceAll('\0', '')).toString()),
  createdSeconds: fc.nat(2 ** 32 - 1),
  memoryBytes: fc.nat(2 ** 40),
})

describe('a qcow2 image', () => {
  it('is read as QEMU wrote it', () => {
    const read = Object.entries(recorded).map(([about, { header: head, table: rest, count }]) => {
      const parsed = parseQcow2Header(Buffer.from(head, 'hex'), 'image')
      expect(parsed).toMatchObject({ ok: true, value: { version: 3, snapshotCount: count, virtualBytes: 33_554_432 } })
      const found = parseSnapshotTable(Buffer.from(rest, 'hex'), count, 'image')
      return [
        about,
        found.ok && found.value !== 'short' ? found.value.snapshots.map((s) => [s.name, s.memoryBytes]) : found,
      ]
    })
    expect(read).toEqual([
      [
        'stopped with unmanaged',
        [
          ['managed', 0],
          ['by-hand', 0],
          ['torn', 0],
        ],
      ],
      [
        'running with memory',
        [
          ['warm', expect.any(Number)],
          ['warmer', expect.any(Number)],
        ],
      ],
    ])
  })

  it('gives back any table that was written', () => {
    fc.assert(
      fc.property(fc.array(anySnapshot, { maxLength: 20 }), (snapshots) => {
        expect(parseSnapshotTable(table(snapshots), snapshots.length, 'image')).toMatchObject({ value: { snapshots } })
      }),
    )
  })

  it('takes the memory size of 32 bits where the entry has no more', () => {
    const old = { id: '1', name: 'old', createdSeconds: 5, memoryBytes: 700_000 }
    expect(parseSnapshotTable(table([old], 0), 1, 'image')).toMatchObject({ value: { snapshots: [old] } })
  })

  it('asks for more where a table is cut, at every place', () => {
    const whole = table([
      { id: '1', name: 'first', createdSeconds: 1, memoryBytes: 0 },
      { id: '2', name: 'second', createdSeconds: 2, memoryBytes: 9 },
    ])
    const end = whole.length - 8 // the padding of the last entry may be missing
    for (let length = 0; length < end; length += 1) {
      expect(parseSnapshotTable(whole.subarray(0, length), 2, 'image'), `${length}`).toEqual({
        ok: true,
        value: 'short',
      })
    }
  })

  it('is refused when it is none', () => {
    const problem = (bytes: Buffer) => parseQcow2Header(bytes, 'x')
    expect(problem(Buffer.alloc(0))).toMatchObject({ why: { code: 'malformed' } })
    expect(problem(header({ magic: 1 }))).toMatchObject({ why: { code: 'malformed', what: 'volume', name: 'x' } })
    expect(problem(header({ version: 4 }))).toMatchObject({ why: { code: 'malformed' } })
    expect(problem(header({ size: 2n ** 63n }))).toMatchObject({ why: { code: 'malformed' } })
    expect(problem(header({ count: 1, offset: 8n }))).toMatchObject({ why: { code: 'malformed' } })
    expect(problem(header({ count: 70_000, offset: 65_536n }))).toMatchObject({
      why: { code: 'too-large', has: 70_000 },
    })
  })

  it('refuses an entry that claims more extra data than QEMU allows', () => {
    const lying = table([{ id: '1', name: 'n', createdSeconds: 1, memoryBytes: 0 }])
    lying.writeUInt32BE(0xffff_ffff, 36)
    expect(parseSnapshotTable(lying, 1, 'x')).toMatchObject({ ok: false, why: { code: 'malformed' } })
  })

  it('never throws and never reads past its end, whatever the bytes are', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(70_000), (bytes, count) => {
        const buffer = Buffer.from(bytes)
        expect(parseQcow2Header(buffer, 'x')).toHaveProperty('ok')
        expect(parseSnapshotTable(buffer, count, 'x')).toHaveProperty('ok')
      }),
      { numRuns: 2_000 },
    )
  })

  it('drops NUL from names: no store takes it', () => {
    const named = table([{ id: '1', name: 'a\0b', createdSeconds: 1, memoryBytes: 0 }])
    expect(parseSnapshotTable(named, 1, 'x')).toMatchObject({
      value: { snapshots: [{ name: 'ab' }], roots: [{ name: 'ab' }] },
    })
  })
})
