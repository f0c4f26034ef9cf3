import { describe, expect, it, vi } from 'vitest'
import { eventKinds, type LibvirtEvent } from './events'
import { openOver } from './open'
import { connectProcedures } from './procedures/connect'
import { domainProcedures } from './procedures/domain'
import { encoded, Refusal, silence } from './testing/fake-daemon'
import { memoryLink } from './testing/memory-transport'
import { aDomain, connectionRig } from './testing/rig'
import { domainRef } from './types'

const { registerDomainEvent, registerPoolEvent } = connectProcedures
const lifecycleMessage = 318

function registering() {
  let next = 0
  return connectionRig({}, (daemon) => daemon.on(registerDomainEvent, () => next++).on(registerPoolEvent, () => next++))
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

describe('opening', () => {
  it('opens what it was asked to, read-only where it was asked to', async () => {
    const { daemon } = await connectionRig({ readOnly: true })
    expect(daemon.calls.at(-1)).toMatchObject({ name: 'connect_open', args: { uri: 'qemu:///system', flags: 1 } })
  })

  it('that is refused closes the transport', async () => {
    const { transport, peer } = memoryLink()
    peer.onBytes = () => peer.end()
    await expect(openOver(transport, 'qemu:///system')).rejects.toMatchObject({ kind: 'closed' })
    expect(peer.state.destroyed).toBe(true)
  })

  it('that takes too long ends, and closes the transport', async () => {
    const { transport, peer } = memoryLink()
    await expect(openOver(transport, 'qemu:///system', { openTimeoutMs: 20 })).rejects.toMatchObject({
      kind: 'timeout',
    })
    expect(peer.state.destroyed).toBe(true)
  })

  it('can be given up', async () => {
    const { transport, peer } = memoryLink()
    const controller = new AbortController()
    const opening = openOver(transport, 'qemu:///system', { signal: controller.signal })
    controller.abort()
    await expect(opening).rejects.toMatchObject({ kind: 'aborted' })
    expect(peer.state.destroyed).toBe(true)
  })
})

describe('keepalive', () => {
  it('is left off with a daemon that does not know it', async () => {
    vi.useFakeTimers()
    try {
      const { connection } = await connectionRig({ keepalive: { intervalMs: 100, count: 1 } }, (daemon) =>
        daemon.on(connectProcedures.supportsFeature, () => false),
      )
      await vi.advanceTimersByTimeAsync(10_000)
      expect(connection.end).toBeNull()
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })
})

describe('closing', () => {
  it('takes leave first', async () => {
    const { connection, daemon } = await connectionRig()
    await connection.close()
    expect(daemon.calls.at(-1)?.name).toBe('connect_close')
    expect(connection.end).toMatchObject({ kind: 'closed', message: 'the connection was closed by us' })
    await connection.close()
  })

  it('does not wait for a daemon that hangs', async () => {
    vi.useFakeTimers()
    try {
      const { connection } = await connectionRig({}, (daemon) => daemon.on(connectProcedures.close, silence))
      const closing = connection.close()
      await vi.advanceTimersByTimeAsync(2_000)
      await closing
      expect(vi.getTimerCount()).toBe(0)
    } finally {
      vi.useRealTimers()
    }
  })

  it('fails what is under way', async () => {
    const { connection, daemon } = await connectionRig()
    daemon.on(connectProcedures.getHostname, silence)
    const call = connection.call(connectProcedures.getHostname, undefined)
    const outcome = expect(call).rejects.toMatchObject({ kind: 'closed' })
    await connection.close()
    await outcome
  })
})

describe('events', () => {
  it('reach every listener of their kind, registered once', async () => {
    const { connection, daemon } = await registering()
    const [first, second]: LibvirtEvent[][] = [[], []]
    await connection.listen(['lifecycle'], (event) => void first?.push(event))
    await connection.listen(['lifecycle', 'reboot'], (event) => void second?.push(event))
    daemon.sendEvent(lifecycleMessage, (writer) => {
      writer.int(0)
      domainRef.encode(writer, aDomain)
      writer.int(5)
      writer.int(1)
    })
    await settled()
    const event = { kind: 'lifecycle', domain: aDomain, change: 'stopped', detail: 1 }
    expect([first, second]).toEqual([[event], [event]])
    expect(daemon.calls.filter((call) => call.name.includes('register'))).toHaveLength(2)
  })

  it('stop when the subscription is closed', async () => {
    const { connection, daemon } = await registering()
    const seen: LibvirtEvent[] = []
    const subscription = await connection.listen(['reboot'], (event) => void seen.push(event))
    void subscription.close()
    daemon.sendEvent(319, (writer) => {
      writer.int(0)
      domainRef.encode(writer, aDomain)
    })
    await settled()
    expect(seen).toEqual([])
  })

  it('are asked for as long as anybody listens', async () => {
    const { connection, daemon } = await registering()
    const told: number[] = []
    daemon.on(connectProcedures.deregisterDomainEvent, (id) => void told.push(id))
    const first = await connection.listen(['reboot', 'lifecycle'], () => undefined)
    const second = await connection.listen(['lifecycle'], () => undefined)
    await first.close()
    expect(told).toEqual([0])
    await second.close()
    await second.close()
    expect(told).toEqual([0, 1])
    await connection.listen(['lifecycle'], () => undefined)
    expect(daemon.calls.filter((call) => call.name.endsWith('_register_any'))).toHaveLength(3)
  })

  it('can be given up by one who asks, without harm to the others', async () => {
    const { connection, daemon } = await connectionRig()
    const answers: ((id: number) => void)[] = []
    daemon.on(registerDomainEvent, () => new Promise<number>((resolve) => void answers.push(resolve)))
    daemon.on(connectProcedures.deregisterDomainEvent, () => undefined)
    const controller = new AbortController()
    const given = connection.listen(['reboot'], () => undefined, { signal: controller.signal })
    const other = connection.listen(['reboot'], () => undefined)
    controller.abort()
    await expect(given).rejects.toMatchObject({ kind: 'aborted' })
    answers[0]?.(7)
    expect((await other).refused).toEqual([])
  })

  it('end quietly when the connection has ended', async () => {
    const { connection, peer } = await registering()
    const subscription = await connection.listen(['reboot'], () => undefined)
    peer.end()
    await subscription.close()
  })

  it('the daemon does not know are named, the others work', async () => {
    const { connection } = await connectionRig({}, (daemon) =>
      daemon
        .on(registerPoolEvent, () => 1)
        .on(registerDomainEvent, ({ event }) => {
          if (event > 20) throw new Refusal(8, 'eventID must be less than 20')
          return event
        }),
    )
    const { refused } = await connection.listen(eventKinds, () => undefined)
    expect(refused).toEqual(['job-completed', 'metadata-change', 'block-threshold'])
  })

  it('this client does not know are counted and ignored', async () => {
    const { connection, daemon } = await connectionRig()
    daemon.sendEvent(9_999, (writer) => writer.string('from the future'))
    expect(connection.status.unknownEvents).toBe(1)
    expect(connection.end).toBeNull()
  })

  it('that are cut end the connection', async () => {
    const { connection, daemon } = await connectionRig()
    daemon.sendEvent(lifecycleMessage, (writer) => writer.int(0))
    expect((await connection.closed).kind).toBe('protocol')
  })

  it.each([
    ['throws', () => Promise.reject(new Error('bug'))],
    [
      'rejects',
      () => {
        throw new Error('bug')
      },
    ],
  ])('go on when a listener %s', async (_name, listener) => {
    const errors: unknown[] = []
    let next = 0
    const { connection, daemon } = await connectionRig({ onListenerError: (error) => errors.push(error) }, (fake) =>
      fake.on(registerDomainEvent, () => next++),
    )
    const seen: string[] = []
    await connection.listen(['reboot'], listener)
    await connection.listen(['reboot'], (event) => void seen.push(event.kind))
    const message = Buffer.concat([Buffer.alloc(4), encoded(domainRef, aDomain)])
    daemon.sendEvent(319, (writer) => writer.fixedOpaque(message))
    await settled()
    expect(errors).toEqual([new Error('bug')])
    expect(seen).toEqual(['reboot'])
    expect(connection.end).toBeNull()
  })
})

describe('probing a procedure', () => {
  const harmless = {
    domain: { name: '', uuid: '00000000-0000-0000-0000-000000000000', id: -1 },
    needResults: 1,
    flags: 0,
  }

  it('takes "no such domain" as a yes, and asks once', async () => {
    const { connection, daemon } = await connectionRig({}, (fake) =>
      fake.on(domainProcedures.listAllCheckpoints, () => {
        throw new Refusal(42)
      }),
    )
    expect(await connection.supports(domainProcedures.listAllCheckpoints, harmless)).toBe(true)
    expect(await connection.supports(domainProcedures.listAllCheckpoints, harmless)).toBe(true)
    expect(daemon.calls.filter((call) => call.name === 'domain_list_all_checkpoints')).toHaveLength(1)
  })

  it('takes code 39 as a no and goes on', async () => {
    const { connection } = await connectionRig()
    expect(await connection.supports(domainProcedures.listAllCheckpoints, harmless)).toBe(false)
    expect(connection.end).toBeNull()
  })

  it('does not take a lost connection as an answer', async () => {
    const { connection, peer } = await connectionRig()
    peer.onBytes = () => peer.end()
    await expect(connection.supports(domainProcedures.listAllCheckpoints, harmless)).rejects.toMatchObject({
      kind: 'closed',
    })
  })
})
