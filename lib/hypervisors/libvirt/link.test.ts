import { describe, expect, it } from 'vitest'
import { type Outcome, refused } from '@/lib/domain/result'
import type { ChangeHint } from '../port'
import type { Host } from './connect'
import { Link } from './link'
import type { LibvirtClient } from './rpc/client'
import { TransportError } from './rpc/errors'
import type { LibvirtEvent } from './rpc/events'

/** A connection that does nothing but end and tell. */
function aHost() {
  let end: TransportError | null = null
  let announce: (error: TransportError) => void = () => undefined
  let tell: (event: LibvirtEvent) => void = () => undefined
  const closed = new Promise<TransportError>((resolve) => {
    announce = resolve
  })
  const breakDown = () => {
    end = new TransportError('closed', 'gone')
    announce(end)
  }
  const client = {
    connection: {
      get end() {
        return end
      },
      status: { inFlight: 0, queued: 0, abandoned: 0, unknownEvents: 0 },
    },
    closed,
    listen: async (_kinds: unknown, listener: (event: LibvirtEvent) => void) => {
      tell = listener
      return { refused: [], close: () => undefined }
    },
    close: async () => breakDown(),
  } as unknown as LibvirtClient
  const host: Host = { client, node: 'kvm01', driver: 'QEMU', version: 9_000_000, versionText: '9.0.0', local: true }
  return { host, breakDown, tell: (event: LibvirtEvent) => tell(event) }
}

const never = new AbortController().signal
const domain = { name: 'web01', uuid: 'u', id: 1 }

describe('the connection of an adapter', () => {
  it('is made once, however many ask for it meanwhile, and again when it is over', async () => {
    const hosts = [aHost(), aHost()]
    let opened = 0
    const link = new Link(async () => {
      const next = hosts[opened]
      opened += 1
      return next === undefined ? refused({ code: 'interrupted' }) : { ok: true, value: next.host }
    })
    const [one, two] = await Promise.all([link.host(never), link.host(never)])
    expect([one, two]).toEqual([
      { ok: true, value: hosts[0]?.host },
      { ok: true, value: hosts[0]?.host },
    ])
    hosts[0]?.breakDown()
    expect(await link.host(never)).toEqual({ ok: true, value: hosts[1]?.host })
    expect(opened).toBe(2)
  })

  it('that could not be made is tried again by the next who asks', async () => {
    const { host } = aHost()
    const answers: Outcome<Host>[] = [refused({ code: 'certificate-refused' }), { ok: true, value: host }]
    const link = new Link(async () => answers.shift() ?? refused({ code: 'interrupted' }))
    expect(await link.host(never)).toMatchObject({ ok: false, why: { code: 'certificate-refused' } })
    expect((await link.host(never)).ok).toBe(true)
  })

  it('lets one caller go without taking it from the others', async () => {
    const { host } = aHost()
    let open: (outcome: Outcome<Host>) => void = () => undefined
    const link = new Link(
      () =>
        new Promise((resolve) => {
          open = resolve
        }),
    )
    const caller = new AbortController()
    const [leaving, staying] = [link.host(caller.signal), link.host(never)]
    caller.abort()
    expect(await leaving).toMatchObject({ why: { code: 'interrupted' } })
    open({ ok: true, value: host })
    expect((await staying).ok).toBe(true)
  })

  it('hints over every connection until told to stop, and when one ends', async () => {
    const hosts = [aHost(), aHost()]
    let opened = 0
    const link = new Link(async () => {
      const next = hosts[opened] ?? aHost()
      opened += 1
      return { ok: true, value: next.host }
    })
    const heard: ChangeHint[] = []
    const stop = link.watch((hint) => heard.push(hint))
    await link.host(never)
    hosts[0]?.tell({ kind: 'lifecycle', domain, change: 'started', detail: 0 })
    hosts[0]?.tell({ kind: 'pool-refresh', pool: { name: 'default', uuid: 'p' } })
    hosts[0]?.breakDown()
    await link.host(never)
    hosts[1]?.tell({ kind: 'reboot', domain })
    stop()
    hosts[1]?.tell({ kind: 'reboot', domain })
    expect(heard).toEqual([{ guest: 'u' }, { guest: null }, { guest: null }, { guest: 'u' }])
  })

  it('is left, without news, when its daemon is stuck in calls nobody waits for', async () => {
    const hosts = [aHost(), aHost()]
    let opened = 0
    const link = new Link(async () => ({ ok: true, value: (hosts[opened++] ?? aHost()).host }))
    const heard: ChangeHint[] = []
    link.watch((hint) => heard.push(hint))
    const first = await link.host(never)
    if (!first.ok) throw new Error('no host')
    await link.leaveIfStuck(first.value)
    expect(await link.host(never)).toEqual(first)
    Object.assign(first.value.client.connection.status, { abandoned: 1 })
    await link.leaveIfStuck(first.value)
    expect(await link.host(never)).toEqual({ ok: true, value: hosts[1]?.host })
    expect(heard).toEqual([])
  })

  it('is closed for good, twice over, with what is being opened', async () => {
    const { host } = aHost()
    const link = new Link(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve({ ok: true, value: host }))
        }),
    )
    const pending = link.host(never)
    await link.close()
    await link.close()
    expect(await pending).toMatchObject({ why: { code: 'interrupted' } })
    expect(host.client.connection.end).not.toBeNull()
    expect(await link.host(never)).toMatchObject({ why: { code: 'interrupted' } })
  })
})
