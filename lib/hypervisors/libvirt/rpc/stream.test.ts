import { describe, expect, it } from 'vitest'
import { LibvirtError, TransportError } from './errors'
import { messageStatuses, messageTypes } from './frame'
import { storageProcedures } from './procedures/storage'
import type { RpcStream, StreamPiece } from './stream'
import { Refusal, silence } from './testing/fake-daemon'
import { channelRig } from './testing/rig'
import { remoteError } from './types'

const { volumeDownload } = storageProcedures
const request = {
  volume: { pool: 'default', name: 'disk.qcow2', key: '/images/disk.qcow2' },
  offset: 0n,
  length: 0n,
  flags: 0,
}

function streamRig() {
  const rig = channelRig()
  rig.daemon.on(volumeDownload, () => undefined)
  const header = { procedure: volumeDownload.number, serial: 1, status: messageStatuses.more }
  return {
    ...rig,
    open: () => rig.channel.openStream(volumeDownload, request),
    data: (bytes: Buffer) => rig.daemon.send({ ...header, type: messageTypes.stream }, (w) => w.fixedOpaque(bytes)),
    hole: (length: bigint) =>
      rig.daemon.send({ ...header, type: messageTypes.streamHole }, (writer) => {
        writer.hyper(length)
        writer.uint(0)
      }),
    status: (status: number) => rig.daemon.send({ ...header, type: messageTypes.stream, status }),
    refuse: () =>
      rig.daemon.send({ ...header, type: messageTypes.stream, status: messageStatuses.error }, (writer) =>
        remoteError.encode(writer, {
          code: 38,
          domain: 38,
          message: 'read failed',
          level: 2,
          str1: null,
          str2: null,
          str3: null,
          int1: 0,
          int2: 0,
        }),
      ),
    /** Statuses of the stream messages we sent. */
    said: () => rig.daemon.others.filter((sent) => sent.type === messageTypes.stream).map((sent) => sent.status),
  }
}

async function readAll(stream: RpcStream): Promise<StreamPiece[]> {
  const pieces: StreamPiece[] = []
  for await (const piece of stream) pieces.push(piece)
  return pieces
}

describe('a download', () => {
  it('gives data and holes in order, confirms the end and is over when the daemon agrees', async () => {
    const { open, data, hole, status, said } = streamRig()
    const all = readAll(await open())
    data(Buffer.from('abcd'))
    hole(4_096n)
    data(Buffer.from('efgh'))
    data(Buffer.alloc(0))
    expect(said()).toEqual([messageStatuses.ok])
    status(messageStatuses.ok)
    expect(await all).toEqual([
      { kind: 'data', bytes: Buffer.from('abcd') },
      { kind: 'hole', bytes: 4_096n },
      { kind: 'data', bytes: Buffer.from('efgh') },
    ])
  })

  it('holds its slot for the call only', async () => {
    const { open, channel } = streamRig()
    await open()
    expect(channel.status.inFlight).toBe(0)
  })

  it('makes the daemon wait while nobody reads, and go on once somebody does', async () => {
    const { open, data, peer } = streamRig()
    const stream = await open()
    for (let n = 0; n < 8; n += 1) data(Buffer.alloc(262_144, n))
    expect(peer.state.paused).toBe(true)
    const reader = stream[Symbol.asyncIterator]()
    for (let n = 0; n < 8; n += 1) await reader.next()
    expect(peer.state.paused).toBe(false)
  })

  it('of endless holes fills no memory either', async () => {
    const { open, hole, peer } = streamRig()
    await open()
    for (let n = 0; n < 20_000 && !peer.state.paused; n += 1) hole(1n)
    expect(peer.state.paused).toBe(true)
  })

  it('that fails throws what the daemon said, after the data that came before', async () => {
    const { open, data, refuse } = streamRig()
    const stream = await open()
    data(Buffer.from('abcd'))
    refuse()
    const pieces: StreamPiece[] = []
    const read = (async () => {
      for await (const piece of stream) pieces.push(piece)
    })()
    await expect(read).rejects.toBeInstanceOf(LibvirtError)
    expect(pieces).toHaveLength(1)
  })

  it('that is left early is given up, and what was under way is ignored', async () => {
    const { open, data, status, said, channel, peer } = streamRig()
    const stream = await open()
    for (let n = 0; n < 8; n += 1) data(Buffer.alloc(262_144, n))
    for await (const piece of stream) {
      expect(piece.kind).toBe('data')
      break
    }
    expect(said()).toEqual([messageStatuses.error])
    expect(peer.state.paused).toBe(false)
    data(Buffer.from('late'))
    status(messageStatuses.ok)
    expect(channel.end).toBeNull()
  })

  it('that nobody waits for any more is given up as soon as the daemon starts it', async () => {
    const { channel, daemon, said } = streamRig()
    const waiting: (() => void)[] = []
    daemon.on(volumeDownload, () => new Promise<void>((resolve) => void waiting.push(resolve)))
    const controller = new AbortController()
    const opening = channel.openStream(volumeDownload, request, { signal: controller.signal })
    controller.abort()
    await expect(opening).rejects.toMatchObject({ kind: 'aborted' })
    waiting[0]?.()
    await new Promise(setImmediate)
    expect(said()).toEqual([messageStatuses.error])
  })

  it('may begin before its call is answered', async () => {
    const { channel, daemon, data, status } = streamRig()
    const answers: (() => void)[] = []
    daemon.on(volumeDownload, () => new Promise<void>((resolve) => void answers.push(resolve)))
    const opening = channel.openStream(volumeDownload, request)
    data(Buffer.from('abcd'))
    const all = readAll(await opening)
    answers[0]?.()
    data(Buffer.alloc(0))
    status(messageStatuses.ok)
    expect(await all).toEqual([{ kind: 'data', bytes: Buffer.from('abcd') }])
    expect(channel.status.inFlight).toBe(0)
  })

  it('that nobody waits for is given up at its first bytes, and keeps nothing waiting', async () => {
    const { channel, daemon, data, said, peer } = streamRig()
    daemon.on(volumeDownload, silence)
    const controller = new AbortController()
    const opening = channel.openStream(volumeDownload, request, { signal: controller.signal })
    controller.abort()
    await expect(opening).rejects.toMatchObject({ kind: 'aborted' })
    for (let n = 0; n < 20; n += 1) data(Buffer.alloc(262_144))
    expect(said()).toEqual([messageStatuses.error])
    expect(peer.state.paused).toBe(false)
  })

  it('can be given up by its signal while somebody waits for more', async () => {
    const { channel, said } = streamRig()
    const controller = new AbortController()
    const stream = await channel.openStream(volumeDownload, request, { signal: controller.signal })
    const all = readAll(stream)
    controller.abort()
    await expect(all).rejects.toMatchObject({ kind: 'aborted', message: 'given up by the caller' })
    expect(said()).toEqual([messageStatuses.error])
  })

  it('that the daemon refuses is an error of the call', async () => {
    const { channel, daemon } = streamRig()
    daemon.on(volumeDownload, () => {
      throw new Refusal(50)
    })
    await expect(channel.openStream(volumeDownload, request)).rejects.toMatchObject({ codeName: 'noStorageVolume' })
  })

  it('fails with the connection', async () => {
    const { open, peer } = streamRig()
    const all = readAll(await open())
    peer.end()
    await expect(all).rejects.toBeInstanceOf(TransportError)
  })

  it('with a hole of negative length is a breach of the protocol', async () => {
    const { open, hole, channel } = streamRig()
    await open()
    hole(-1n)
    expect((await channel.closed).kind).toBe('protocol')
  })
})
