import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Codec } from './codec'
import { TransportError } from './errors'
import { decodeEvent } from './events'
import { encodeFrame, programs } from './frame'
import { connectProcedures } from './procedures/connect'
import type { AnyProcedure } from './procedures/procedure'
import { storageProcedures } from './procedures/storage'
import { allProcedures } from './testing/all-procedures'
import { type FakeDaemon, silence } from './testing/fake-daemon'
import { channelRig, connectionRig } from './testing/rig'
import { remoteError } from './types'
import { XdrError, XdrReader } from './xdr'

/*
 * What a broken or hostile daemon may send: anything. Whatever it is, decoding ends with a value or an XdrError, every
 * call settles, and nothing is thrown into the event loop (vitest fails the run on an unhandled error).
 */

const bytes = fc.uint8Array({ maxLength: 400 }).map((values) => Buffer.from(values))

/** Bytes made of plausible words, which get further into a decoder than noise does. */
const words = fc
  .array(fc.oneof(fc.nat(8), fc.constantFrom(0xffff_ffff, 0x7fff_ffff, 0x4000, 0x0010_0000)), { maxLength: 60 })
  .map((values) => {
    const buffer = Buffer.alloc(values.length * 4)
    values.forEach((value, at) => void buffer.writeUInt32BE(value, at * 4))
    return buffer
  })

const anything = fc.oneof(bytes, words)

/** Runs `decode`; anything but an answer or an XdrError fails the test. */
function survives(decode: () => unknown): void {
  try {
    decode()
  } catch (error) {
    if (!(error instanceof XdrError)) throw error
  }
}

describe('decoders', () => {
  it.each(allProcedures.map((procedure) => [procedure.name, procedure] as const))('%s', (_name, procedure) => {
    fc.assert(
      fc.property(anything, (payload) => {
        survives(() => procedure.reply.decode(new XdrReader(payload)))
        survives(() => procedure.args.decode(new XdrReader(payload)))
      }),
    )
  })

  it('of errors and of every event', () => {
    const numbers = fc.oneof(fc.integer({ min: 316, max: 440 }), fc.nat(0xffff))
    fc.assert(
      fc.property(numbers, anything, (procedure, payload) => {
        survives(() => decodeEvent(programs.remote, procedure, payload))
        survives(() => remoteError.decode(new XdrReader(payload)))
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('a connection', () => {
  const outcomeOf = (call: Promise<unknown>): Promise<string> =>
    call.then(
      () => 'answered',
      (error: unknown) => (error instanceof TransportError ? error.kind : String(error)),
    )

  it('settles every call, whatever arrives, in whatever pieces', async () => {
    const header = fc.record({
      program: fc.oneof(fc.constantFrom<number>(...Object.values(programs)), fc.nat(0xffff_ffff)),
      version: fc.constantFrom(1, 1, 1, 2),
      procedure: fc.constantFrom(59, 318, 339, 209, 1, 2, 9_999),
      type: fc.oneof(fc.constantFrom(1, 2, 3, 6), fc.nat(9)),
      serial: fc.nat(6),
      status: fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(0xffff_ffff)),
    })
    const frame = fc.tuple(header, anything).map(([head, body]) => encodeFrame(head, (w) => w.fixedOpaque(body)))
    // A spoiled frame: some byte replaced, or cut short.
    const spoiled = fc.tuple(frame, fc.nat(), fc.nat(255)).map(([whole, at, value]) => {
      const copy = Buffer.from(whole)
      copy[at % copy.length] = value
      return copy
    })
    const cut = fc.tuple(frame, fc.nat()).map(([whole, at]) => whole.subarray(0, at % whole.length))
    const sent = fc.array(fc.oneof(frame, frame, spoiled, cut, bytes), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(sent, fc.integer({ min: 1, max: 50 }), async (chunks, pieceSize) => {
        const { channel, daemon, peer } = channelRig()
        daemon.on(connectProcedures.getHostname, silence).on(storageProcedures.volumeDownload, silence)
        const calls = Array.from({ length: 6 }, () => outcomeOf(channel.call(connectProcedures.getHostname, undefined)))
        const volume = { pool: 'p', name: 'v', key: 'k' }
        const opening = channel.openStream(storageProcedures.volumeDownload, {
          volume,
          offset: 0n,
          length: 0n,
          flags: 0,
        })
        calls.push(outcomeOf(opening))
        const stream = Buffer.concat(chunks)
        for (let at = 0; at < stream.length; at += pieceSize) peer.send(stream.subarray(at, at + pieceSize))
        peer.end()
        for (const outcome of await Promise.all(calls))
          expect(['answered', 'closed', 'protocol']).toContain(
            outcome.startsWith('LibvirtError') ? 'answered' : outcome,
          )
        expect(channel.status).toEqual({ inFlight: 0, queued: 0, abandoned: 0 })
        expect(peer.state.destroyed).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  it('opens or fails, but ends, whatever the daemon answers', async () => {
    const { authList, authPolkit, authSaslInit, authSaslStart, authSaslStep, open } = connectProcedures
    const spoiled: readonly AnyProcedure[] = [authList, authPolkit, authSaslInit, authSaslStart, authSaslStep, open]
    await fc.assert(
      fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 6 }), async (payloads) => {
        const opening = connectionRig({ openTimeoutMs: 30 }, (daemon) => {
          for (const procedure of spoiled) spoil(daemon, procedure, payloads)
        })
        await opening.then(
          ({ connection }) => connection.close(),
          (error: unknown) => expect(error).toBeInstanceOf(Error),
        )
      }),
      { numRuns: 60 },
    )
  })

  it('that is fed without end keeps nothing', async () => {
    const { channel, peer } = channelRig()
    const chunk = Buffer.alloc(64 * 1024)
    chunk.writeUInt32BE(33_554_432)
    const before = process.memoryUsage().arrayBuffers
    for (let n = 0; n < 2_000 && channel.end === null; n += 1) {
      peer.send(n === 0 ? chunk : Buffer.alloc(64 * 1024))
    }
    expect(channel.end?.kind).toBe('protocol')
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 1024 * 1024)
  })
})

/** Raw bytes in the place of an answer. */
const raw: Codec<Buffer> = {
  encode: (writer, value) => writer.fixedOpaque(value),
  decode: (reader) => reader.fixedOpaque(reader.remaining),
  leastBytes: 0,
}

/** Makes a procedure's answers carry these payloads, in turn, instead of its own. */
function spoil(daemon: FakeDaemon, procedure: AnyProcedure, payloads: readonly Buffer[]): void {
  let next = 0
  daemon.on({ ...procedure, reply: raw }, () => payloads[next++ % payloads.length] ?? Buffer.alloc(0))
}
