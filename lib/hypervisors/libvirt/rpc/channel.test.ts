import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LibvirtError, TransportError } from './errors'
import { messageTypes, programs } from './frame'
import { connectProcedures } from './procedures/connect'
import { domainProcedures } from './procedures/domain'
import { Refusal, silence } from './testing/fake-daemon'
import { aDomain, channelRig } from './testing/rig'
import { XdrError } from './xdr'

const { getHostname } = connectProcedures
const xmlOf = { domain: aDomain, flags: 0 }

/** Answers that are given when the test says so, in order of arrival. */
function answersOnDemand<T>(): { handler: () => Promise<T>; waiting: ((value: T) => void)[] } {
  const waiting: ((value: T) => void)[] = []
  return { handler: () => new Promise((resolve) => waiting.push(resolve)), waiting }
}

const kindOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (error instanceof TransportError ? error.kind : String(error)),
  )

describe('calls', () => {
  it('are matched to their answers even when these come in another order', async () => {
    const { channel, daemon } = channelRig()
    const { handler, waiting } = answersOnDemand<string>()
    daemon.on(domainProcedures.getXml, handler)
    const calls = [1, 2, 3].map(() => channel.call(domainProcedures.getXml, xmlOf))
    waiting[2]?.('third')
    waiting[0]?.('first')
    waiting[1]?.('second')
    expect(await Promise.all(calls)).toEqual(['first', 'second', 'third'])
  })

  it('never run more than four at once, and all of them are answered', async () => {
    const { channel, daemon } = channelRig()
    daemon.on(domainProcedures.getXml, async () => 'xml')
    const answers = await Promise.all(Array.from({ length: 500 }, () => channel.call(domainProcedures.getXml, xmlOf)))
    expect(answers).toHaveLength(500)
    expect(daemon.mostRunning).toBe(4)
    expect(channel.status).toEqual({ inFlight: 0, queued: 0, abandoned: 0 })
  })

  it('of a person are not behind those of a collection', async () => {
    const { channel, daemon } = channelRig({ maxInFlight: 1 })
    daemon.on(domainProcedures.getXml, async () => 'xml').on(getHostname, () => 'host')
    const order: string[] = []
    const bulk = Array.from({ length: 50 }, () =>
      channel.call(domainProcedures.getXml, xmlOf, { lane: 'collect' }).then(() => order.push('collect')),
    )
    const quick = channel.call(getHostname, undefined, { lane: 'page' }).then(() => order.push('page'))
    await Promise.all([...bulk, quick])
    expect(order.indexOf('page')).toBeLessThan(3)
  })

  it('that the daemon refuses carry its error and leave the connection usable', async () => {
    const { channel, daemon } = channelRig()
    daemon.on(domainProcedures.lookupByName, () => {
      throw new Refusal(42, 'Domain not found')
    })
    daemon.on(getHostname, () => 'host')
    const error = await channel.call(domainProcedures.lookupByName, 'nosuch').catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(LibvirtError)
    expect(error).toMatchObject({
      code: 42,
      codeName: 'noDomain',
      message: 'Domain not found',
      procedure: 'domain_lookup_by_name',
    })
    expect(await channel.call(getHostname, undefined)).toBe('host')
  })

  it('with arguments that cannot be sent fail alone', async () => {
    const { channel, daemon } = channelRig()
    daemon.on(getHostname, () => 'host')
    await expect(channel.call(domainProcedures.lookupByName, 'a\0b')).rejects.toBeInstanceOf(XdrError)
    expect(await channel.call(getHostname, undefined)).toBe('host')
    expect(channel.status.inFlight).toBe(0)
  })
})

describe('giving up', () => {
  it('a running call rejects at once but keeps its slot until the daemon answers', async () => {
    const { channel, daemon } = channelRig({ maxInFlight: 1 })
    const { handler, waiting } = answersOnDemand<string>()
    daemon.on(domainProcedures.getXml, handler).on(getHostname, () => 'host')
    const controller = new AbortController()
    const given = channel.call(domainProcedures.getXml, xmlOf, { signal: controller.signal })
    const next = channel.call(getHostname, undefined)
    controller.abort()
    expect(await kindOf(given)).toBe('aborted')
    expect(channel.status).toEqual({ inFlight: 1, queued: 1, abandoned: 1 })
    waiting[0]?.('too late')
    expect(await next).toBe('host')
    expect(channel.status.abandoned).toBe(0)
  })

  it('a waiting call is never sent', async () => {
    const { channel, daemon } = channelRig({ maxInFlight: 1 })
    const { handler, waiting } = answersOnDemand<string>()
    daemon.on(domainProcedures.getXml, handler).on(getHostname, () => 'host')
    const running = channel.call(domainProcedures.getXml, xmlOf)
    const controller = new AbortController()
    const given = channel.call(getHostname, undefined, { signal: controller.signal })
    controller.abort()
    expect(await kindOf(given)).toBe('aborted')
    waiting[0]?.('xml')
    await running
    expect(daemon.calls.map((call) => call.name)).toEqual(['domain_get_xml_desc'])
  })

  it('before it began sends nothing', async () => {
    const { channel, daemon } = channelRig()
    expect(await kindOf(channel.call(getHostname, undefined, { signal: AbortSignal.abort() }))).toBe('aborted')
    expect(daemon.calls).toEqual([])
  })

  describe('after a time', () => {
    beforeEach(() => void vi.useFakeTimers())
    afterEach(() => void vi.useRealTimers())

    it('a call without an answer fails and leaves no timer', async () => {
      const { channel, daemon } = channelRig()
      daemon.on(getHostname, silence)
      const outcome = kindOf(channel.call(getHostname, undefined, { timeoutMs: 500 }))
      await vi.advanceTimersByTimeAsync(500)
      expect(await outcome).toBe('timeout')
      expect(vi.getTimerCount()).toBe(0)
    })

    it('waiting for a slot counts', async () => {
      const { channel, daemon } = channelRig({ maxInFlight: 1 })
      daemon.on(getHostname, silence)
      const outcomes = [1, 2].map(() => kindOf(channel.call(getHostname, undefined, { timeoutMs: 500 })))
      await vi.advanceTimersByTimeAsync(500)
      expect(await Promise.all(outcomes)).toEqual(['timeout', 'timeout'])
      expect(daemon.calls).toHaveLength(1)
    })

    it('an answered call leaves no timer', async () => {
      const { channel, daemon } = channelRig()
      daemon.on(getHostname, () => 'host')
      await channel.call(getHostname, undefined, { timeoutMs: 500 })
      expect(vi.getTimerCount()).toBe(0)
    })
  })
})

describe('the end of the connection', () => {
  it('fails running and waiting calls alike, and later ones at once', async () => {
    const { channel, daemon, peer } = channelRig()
    daemon.on(getHostname, silence)
    const outcomes = Array.from({ length: 9 }, () => kindOf(channel.call(getHostname, undefined)))
    peer.end()
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(['closed']))
    expect(await kindOf(channel.call(getHostname, undefined))).toBe('closed')
    expect((await channel.closed).kind).toBe('closed')
    expect(peer.state.destroyed).toBe(true)
  })

  it.each<[string, (rig: ReturnType<typeof channelRig>) => void]>([
    ['an answer to a call that was not made', ({ daemon }) => daemon.send({ procedure: 59, serial: 77 })],
    ['an answer of another procedure', ({ daemon }) => daemon.send({ procedure: 60, serial: 1 }, (w) => w.string('x'))],
    ['an answer of another program', ({ daemon }) => daemon.send({ program: programs.qemu, procedure: 59, serial: 1 })],
    ['an unknown program', ({ daemon }) => daemon.send({ program: 1, procedure: 59, serial: 1 })],
    ['another protocol version', ({ daemon }) => daemon.send({ version: 2, procedure: 59, serial: 1 })],
    ['an unknown status', ({ daemon }) => daemon.send({ procedure: 59, serial: 1, status: 9 })],
    ['an unknown type', ({ daemon }) => daemon.send({ procedure: 59, serial: 1, type: 9 })],
    ['a call to us', ({ daemon }) => daemon.send({ procedure: 59, serial: 1, type: messageTypes.call })],
    ['an answer that is cut', ({ daemon }) => daemon.send({ procedure: 59, serial: 1 }, (w) => w.uint(50))],
    [
      'an answer that is too long',
      ({ daemon }) =>
        daemon.send({ procedure: 59, serial: 1 }, (w) => {
          w.string('host')
          w.uint(1)
        }),
    ],
    ['an error that is cut', ({ daemon }) => daemon.send({ procedure: 59, serial: 1, status: 1 }, (w) => w.uint(42))],
    ['stream data nobody asked for', ({ daemon }) => daemon.send({ procedure: 59, serial: 1, type: 3, status: 2 })],
    ['an impossible length', ({ peer }) => peer.send(Buffer.from('ffffffff', 'hex'))],
    ['text', ({ peer }) => peer.send(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))],
    [
      'a keepalive of unknown kind',
      ({ daemon }) => daemon.send({ program: programs.keepalive, procedure: 3, type: 2 }),
    ],
  ])('%s ends it with kind protocol', async (_name, misbehave) => {
    const rig = channelRig()
    rig.daemon.on(getHostname, silence)
    const outcome = kindOf(rig.channel.call(getHostname, undefined))
    misbehave(rig)
    expect(await outcome).toBe('protocol')
    expect((await rig.channel.closed).kind).toBe('protocol')
  })

  it('an event handler that throws ends it too, and nothing escapes into the event loop', async () => {
    const { channel, daemon } = channelRig({
      onEvent() {
        throw new Error('bug')
      },
    })
    daemon.sendEvent(318, () => undefined)
    expect((await channel.closed).kind).toBe('protocol')
  })
})

describe('keepalive', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())
  const policy = { intervalMs: 1_000, count: 2 }

  it('answers pings', () => {
    const { daemon } = channelRig()
    daemon.ping()
    expect(daemon.others).toMatchObject([{ program: programs.keepalive, procedure: 2, type: messageTypes.event }])
  })

  it('does not pile up answers for a peer that does not read', () => {
    const { daemon, peer } = channelRig()
    peer.state.unsentBytes = 1_000_000
    for (let n = 0; n < 1_000; n += 1) daemon.ping()
    expect(daemon.others).toEqual([])
  })

  it('gives a silent daemon up after its unanswered questions, and stops its timer', async () => {
    const { channel, daemon } = channelRig({ keepalive: policy })
    daemon.on(getHostname, silence)
    const outcome = kindOf(channel.call(getHostname, undefined))
    await vi.advanceTimersByTimeAsync(3_999)
    expect(channel.end).toBeNull()
    expect(daemon.others.filter((header) => header.procedure === 1)).toHaveLength(2)
    await vi.advanceTimersByTimeAsync(1)
    expect(await outcome).toBe('hung')
    expect(vi.getTimerCount()).toBe(0)
  })

  it('takes any sign of life', async () => {
    const { channel, daemon } = channelRig({ keepalive: policy })
    for (let n = 0; n < 20; n += 1) {
      await vi.advanceTimersByTimeAsync(1_500)
      daemon.send({ program: programs.keepalive, procedure: 2, type: messageTypes.event })
    }
    expect(channel.end).toBeNull()
  })

  it('leaves no timer behind when the connection ends', () => {
    const { peer } = channelRig({ keepalive: policy })
    expect(vi.getTimerCount()).toBe(1)
    peer.end()
    expect(vi.getTimerCount()).toBe(0)
  })
})
