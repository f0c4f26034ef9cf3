import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeFrame, type FrameHeader, FrameReader, maxFrameBytes } from './frame'
import { XdrError } from './xdr'

const header: FrameHeader = { program: 0x2000_8086, version: 1, procedure: 66, type: 0, serial: 1, status: 0 }

/** Payload sizes and contents of the frames found in `chunks`. */
function framesIn(chunks: readonly Buffer[]): { header: FrameHeader; payload: string }[] {
  const reader = new FrameReader()
  const found: { header: FrameHeader; payload: string }[] = []
  for (const chunk of chunks) {
    reader.push(chunk, (frame) => found.push({ header: frame.header, payload: frame.payload.toString('hex') }))
  }
  return found
}

describe('frames', () => {
  it('are written as libvirt writes them', () => {
    expect(encodeFrame(header).toString('hex')).toBe('0000001c200080860000000100000042000000000000000100000000')
    expect(encodeFrame(header, (writer) => writer.uint(7)).toString('hex')).toBe(
      '00000020200080860000000100000042000000000000000100000000' + '00000007',
    )
  })

  it('come out the same however the stream is cut', () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 9_000 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 20 }), (payloads, cuts) => {
        const expected = payloads.map((body, at) => ({
          header: { ...header, serial: at },
          payload: Buffer.from(body).toString('hex'),
        }))
        const stream = Buffer.concat(
          payloads.map((body, at) => encodeFrame({ ...header, serial: at }, (writer) => writer.fixedOpaque(body))),
        )
        const chunks: Buffer[] = []
        let rest = stream
        for (const cut of cuts) {
          chunks.push(rest.subarray(0, cut))
          rest = rest.subarray(cut)
        }
        const found = framesIn([...chunks, rest])
        expect(found.map((frame) => frame.header)).toEqual(expected.map((frame) => frame.header))
        // The writer pads to four bytes.
        found.forEach((frame, at) => void expect(frame.payload.startsWith(expected[at]?.payload ?? '?')).toBe(true))
      }),
    )
  })

  it('come out when every byte arrives alone', () => {
    const stream = Buffer.concat([encodeFrame(header, (w) => w.string('升级前')), encodeFrame(header)])
    expect(framesIn(Array.from(stream, (byte) => Buffer.from([byte])))).toEqual(framesIn([stream]))
  })

  it('of 8 MiB arrive in small chunks without copying over and over', () => {
    const stream = encodeFrame(header, (writer) => {
      for (let n = 0; n < 8; n += 1) writer.fixedOpaque(Buffer.alloc(1024 * 1024, n))
    })
    const chunks: Buffer[] = []
    for (let at = 0; at < stream.length; at += 1_000) chunks.push(stream.subarray(at, at + 1_000))
    const before = process.cpuUsage()
    expect(framesIn(chunks)).toHaveLength(1)
    // Copying everything for every chunk would move 33 GB. Processor time: a machine may have other things to do.
    expect(process.cpuUsage(before).user / 1_000).toBeLessThan(2_000)
  })

  it.each([
    ['0', 0],
    ['less than a header', 27],
    ['above 32 MiB', maxFrameBytes + 1],
    ['as large as it gets', 0xffff_ffff],
  ])('with an announced length of %s are refused', (_name, length) => {
    const bytes = Buffer.alloc(64)
    bytes.writeUInt32BE(length)
    expect(() => framesIn([bytes])).toThrow(XdrError)
    expect(() => framesIn(Array.from(bytes, (byte) => Buffer.from([byte])))).toThrow(XdrError)
  })

  it('that are announced large cost only what has arrived', () => {
    const reader = new FrameReader()
    const start = Buffer.alloc(1_000)
    start.writeUInt32BE(maxFrameBytes)
    const before = process.memoryUsage().arrayBuffers
    for (let n = 0; n < 50; n += 1) new FrameReader().push(start, () => undefined)
    reader.push(start, () => undefined)
    expect(reader.pendingBytes).toBe(1_000)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 * 1024 * 1024)
  })
})
