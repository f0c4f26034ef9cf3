import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { AlertRule } from '@/lib/domain/alert'
import type { Channel, ChannelSecret, Notice, Receipt } from '@/lib/domain/channel'
import { type AlertRuleId, asId, type ChannelId, type ConnectionId, type SilenceId } from '@/lib/domain/ids'
import type { CollectedStorage, Collection } from '@/lib/domain/inventory'
import { read, unread } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { GIB, HOUR, type Instant, instantAt, MINUTE, SECOND } from '@/lib/domain/units'
import { findRule, updateRule } from '@/lib/store/alert-rules'
import { acknowledgeAlert, alertEvents, closedAlerts, insertSilence, openAlerts } from '@/lib/store/alerts'
import { saveChannel } from '@/lib/store/channels'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { listDeliveries, reviveDelivery } from '@/lib/store/deliveries'
import { claimLease } from '@/lib/store/leases'
import { listen, WORK_CHANNEL } from '@/lib/store/listen'
import { withTransaction } from '@/lib/store/tx'
import { aGuest } from '@/lib/testing/builders'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { type AlertMemory, emptyMemory } from './alert-memory'
import { storeCollection } from './store-collection'
import { beginDeliveries, type Outgoing } from './tasks/deliver-notices'
import { evaluateAlerts } from './tasks/evaluate-alerts'
import { deliverAll } from './testing/deliver-all'

let database: TestDatabase
let store: Store
let connectionId: ConnectionId
let lease: Awaited<ReturnType<typeof leaseOf>>
let now: Instant
let memory: AlertMemory
let sent: { channel: string; notice: Notice }[]
let answer: (notice: Notice) => Outcome<Receipt>
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }

async function leaseOf(id: ConnectionId) {
  const taken = await claimLease(store, id, 'worker-1')
  if (!taken.ok) throw new Error(taken.why.code)
  return taken.value
}
const minutes = (count: number): void => {
  now = instantAt(Date.parse(now) + count * MINUTE)
}

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 10 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await store.query(
    'TRUNCATE connections, changes, workers, alerts, alert_rules, alert_states, silences, channels CASCADE',
  )
  now = instantAt(Date.now())
  memory = emptyMemory()
  sent = []
  answer = () => ok({ status: 200, answer: 'ok' })
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'kvm-gz-01',
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'test:///', cleartextAccepted: false },
      demo: false,
      createdBy: 'x',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  connectionId = added.value
  lease = await leaseOf(connectionId)
})

const aStorage = (name: string, usedRatio: number): CollectedStorage => ({
  facts: {
    nativeId: name,
    name,
    node: 'kvm-gz-01',
    type: 'dir',
    active: true,
    path: `/srv/${name}`,
    capacityBytes: 100 * GIB,
    usedBytes: Math.round(usedRatio * 100) * GIB,
    availableBytes: (100 - Math.round(usedRatio * 100)) * GIB,
    provisionedBytes: null,
    source: 'libvirt-pool',
  },
  volumes: read([]),
})

async function collect(storages: Collection['storages'], guests: Collection['guests'] = read([])): Promise<void> {
  const collection: Collection = {
    scope: { whole: true },
    startedAt: now,
    finishedAt: now,
    version: '11.3.0',
    clockSkewMillis: null,
    guests: storages.status === 'read' ? guests : unread(storages.reason),
    storages,
  }
  const stored = await storeCollection(store, {
    lease,
    collection,
    thorough: true,
    requests: [],
    nextAttemptAt: () => now,
  })
  if (!stored.ok) throw new Error(stored.why.code)
}

/** As a worker does that goes on; `elsewhere` as one that knows nothing of it. */
const evaluate = (elsewhere: AlertMemory = memory) =>
  evaluateAlerts(store, { now, publicUrl: 'https://snap.example', timeZone: 'Asia/Shanghai' }, elsewhere)
const deliver = () =>
  deliverAll({
    store,
    log,
    now: () => now,
    openSecret: async (): Promise<Outcome<ChannelSecret>> => ok({}),
    send: async ({ settings }, notice) => {
      sent.push({ channel: settings.kind, notice })
      return answer(notice)
    },
  })

async function aChannel(change: Partial<Channel> = {}): Promise<ChannelId> {
  const channel: Channel = {
    id: asId<ChannelId>(`channel-${Math.random()}`),
    name: `ops ${Math.random()}`,
    settings: { kind: 'webhook', url: 'http://receiver' },
    route: { leastSeverity: 'warning', connectionIds: [], tags: [], environments: [] },
    language: 'en',
    enabled: true,
    quietHours: null,
    repeatMillis: null,
    escalateAfterMillis: null,
    groupMillis: 0,
    anyAddress: false,
    ...change,
  }
  const saved = await withTransaction(store, (tx) => saveChannel(tx, channel, 'user:lin', now))
  if (!saved.ok) throw new Error(saved.why.code)
  return channel.id
}

/** Reads, judges, sends. */
async function turn(storages: Collection['storages']): Promise<void> {
  await collect(storages)
  await evaluate()
  await deliver()
}
/** Changes a rule, and lets everybody judge by it. */
async function changeRule(id: string, change: Partial<AlertRule>): Promise<void> {
  const rule = await findRule(store, asId<AlertRuleId>(id))
  if (rule === null) throw new Error(`no rule ${id}`)
  await withTransaction(store, (tx) => updateRule(tx, rule.id, { ...rule, ...change }, 'user:lin', now))
  await evaluate()
}
/** Numbers and units are held together by no-break spaces. */
const titles = () => sent.map(({ notice }) => notice.title.replaceAll('\u00a0', ' '))

describe('a storage that fills', () => {
  test('is told once, again when it gets worse, and when it is over', async () => {
    await aChannel()
    await turn(read([aStorage('images', 0.81)]))
    await turn(read([aStorage('images', 0.82)]))
    expect(titles()).toEqual(['images on kvm-gz-01 is 81 % full'])
    minutes(20)
    await turn(read([aStorage('images', 0.96)]))
    expect(sent[1]?.notice).toMatchObject({
      why: 'more-severe',
      severity: 'emergency',
      threadKey: sent[0]?.notice.threadKey,
    })
    await turn(read([aStorage('images', 0.4)]))
    expect(titles()).toHaveLength(2)
    minutes(11)
    await turn(read([aStorage('images', 0.4)]))
    expect(titles()).toHaveLength(3)
    expect(sent[2]?.notice).toMatchObject({ why: 'resolved', resolved: true })
    expect(await openAlerts(store)).toEqual([])
    const [closed] = await closedAlerts(store, 10, null)
    expect((await alertEvents(store, closed?.id ?? asId(''))).map(({ event }) => event)).toEqual([
      'fired',
      'raised',
      'resolved',
    ])
  })

  test('stays as it was while its host is silent, and nothing resolves it', async () => {
    await aChannel()
    await turn(read([aStorage('images', 0.94)]))
    const [before] = await openAlerts(store)
    minutes(9)
    await turn(unread({ code: 'unreachable', address: 'kvm-gz-01', cause: 'timeout' }))
    minutes(300)
    await turn(unread({ code: 'unreachable', address: 'kvm-gz-01', cause: 'timeout' }))
    const alerts = await openAlerts(store)
    const room = alerts.find(({ kind }) => kind === 'storage-used')
    const silent = alerts.find(({ kind }) => kind === 'stale-data')
    expect(room).toMatchObject({ id: before?.id, severity: 'critical', value: 0.94, stale: true, underId: silent?.id })
    expect(silent).toMatchObject({ severity: 'critical', subjectName: 'kvm-gz-01' })
    expect(sent.map(({ notice }) => notice.why)).toEqual(['first', 'first'])
  })

  test('does not flap around its line', async () => {
    await aChannel()
    for (const used of [0.8, 0.79, 0.81, 0.78, 0.8, 0.76, 0.82]) {
      await turn(read([aStorage('images', used)]))
      minutes(3)
    }
    expect(sent).toHaveLength(1)
  })

  test('says when its figure was last told, although it had not moved since it fired', async () => {
    await turn(read([aStorage('images', 0.94)]))
    const fired = now
    minutes(30)
    await turn(read([aStorage('images', 0.94)]))
    const toldLast = now
    expect(await openAlerts(store)).toMatchObject([{ firedAt: fired, valueAt: toldLast, stale: false }])
    minutes(9)
    await turn(unread({ code: 'unreachable', address: 'kvm-gz-01', cause: 'timeout' }))
    const [alert] = (await openAlerts(store)).filter(({ kind }) => kind === 'storage-used')
    expect(alert).toMatchObject({ firedAt: fired, valueAt: toldLast, stale: true })
  })

  test('is an alert where its inodes run out, which ends only when some are told free again', async () => {
    await aChannel()
    const withInodes = (inodes: { total: number; free: number } | null): Collection['storages'] => {
      const { facts, volumes } = aStorage('images', 0.4)
      return read([{ facts: { ...facts, ...(inodes === null ? {} : { inodes }) }, volumes }])
    }
    await turn(withInodes({ total: 1_000, free: 30 }))
    expect(titles()).toEqual(['images on kvm-gz-01 has used 97 % of its inodes'])
    minutes(30)
    await turn(withInodes(null))
    minutes(30)
    await turn(withInodes(null))
    expect(await openAlerts(store)).toMatchObject([{ kind: 'inodes-used', severity: 'emergency', stale: true }])
    await turn(withInodes({ total: 1_000, free: 600 }))
    minutes(11)
    await turn(withInodes({ total: 1_000, free: 600 }))
    expect(await openAlerts(store)).toEqual([])
    // Rebuilt with a file system that has no number of them: nothing is left to say.
    await turn(withInodes({ total: 1_000, free: 30 }))
    await turn(withInodes({ total: 0, free: 0 }))
    expect(await openAlerts(store)).toEqual([])
  })

  test('is judged at once when its line is moved', async () => {
    await aChannel()
    await turn(read([aStorage('images', 0.7)]))
    const rule = await findRule(store, asId<AlertRuleId>('shipped-storage-used'))
    if (rule === null) throw new Error('no shipped rule')
    const levels = [{ severity: 'warning' as const, fire: 0.6, clear: 0.5 }]
    await withTransaction(store, (tx) => updateRule(tx, rule.id, { ...rule, levels }, 'user:lin', now))
    await evaluate()
    expect(await openAlerts(store)).toMatchObject([{ severity: 'warning', value: 0.7 }])
    await withTransaction(store, (tx) => updateRule(tx, rule.id, rule, 'user:lin', now))
    await evaluate()
    expect(await openAlerts(store)).toEqual([])
  })

  test('is judged again as soon as a rule is changed, not at the next round', async () => {
    await evaluate()
    const rule = await findRule(store, asId<AlertRuleId>('shipped-storage-used'))
    if (rule === null) throw new Error('no shipped rule')
    const heard: (string | null)[] = []
    const end = listen(store.url, WORK_CHANNEL, {
      onWake: (told) => heard.push(told),
      onTrouble: () => undefined,
    })
    await vi.waitFor(() => expect(heard).toContain(null), 60_000)
    await withTransaction(store, (tx) => updateRule(tx, rule.id, rule, 'user:lin', now))
    await vi.waitFor(() => expect(heard).toContain('rules'), 60_000)
    await end()
  })

  test('is not told as an emergency with a harmless figure while it waits whether that lasts', async () => {
    await aChannel()
    await evaluate()
    await changeRule('shipped-storage-used', { clearHoldMillis: 0 })
    const levels = [{ severity: 'emergency' as const, fire: 10 * GIB, clear: 15 * GIB }]
    await changeRule('shipped-storage-free', { levels, holdMillis: 0, enabled: true })
    await turn(read([aStorage('images', 0.96)]))
    expect(await openAlerts(store)).toHaveLength(2)
    // Cleaned up: what the second stood under is over, and it stands by itself, an emergency with 60 GiB left.
    await turn(read([aStorage('images', 0.4)]))
    expect(await openAlerts(store)).toMatchObject([
      { kind: 'storage-free', severity: 'emergency', underId: null, clearing: { to: null, since: now } },
    ])
    expect(titles()).toEqual(['images on kvm-gz-01 is 96 % full', 'Over: images on kvm-gz-01 is 96 % full'])
    // Who knows nothing of what was remembered decides the same.
    await evaluate(emptyMemory())
    expect(titles()).toHaveLength(2)
    // It did not last: then it is told.
    await changeRule('shipped-storage-used', { enabled: false })
    await turn(read([aStorage('images', 0.96)]))
    expect(titles().slice(2)).toEqual(['images on kvm-gz-01 has 4 GiB left'])
    minutes(1)
    await turn(read([aStorage('images', 0.4)]))
    minutes(11)
    await turn(read([aStorage('images', 0.4)]))
    expect(await openAlerts(store)).toEqual([])
    expect(sent.at(-1)?.notice.why).toBe('resolved')
  })

  test('is over also for whom it had become too small to be told of before it ended', async () => {
    await aChannel({ route: { leastSeverity: 'emergency', connectionIds: [], tags: [], environments: [] } })
    await turn(read([aStorage('images', 0.96)]))
    for (const used of [0.87, 0.4]) {
      await turn(read([aStorage('images', used)]))
      minutes(11)
      await turn(read([aStorage('images', used)]))
    }
    expect(sent.map(({ notice }) => notice.why)).toEqual(['first', 'resolved'])
  })

  test('is over when the storage is gone for certain', async () => {
    await turn(read([aStorage('images', 0.9)]))
    await turn(read([]))
    expect(await openAlerts(store)).toEqual([])
  })
})

describe('notices', () => {
  test('two evaluations at once decide once', async () => {
    await aChannel()
    await collect(read([aStorage('images', 0.96)]))
    const both = await Promise.all([evaluate(), evaluate(emptyMemory())])
    await deliver()
    expect(both.map(({ notices }) => notices).sort()).toEqual([0, 1])
    expect(sent).toHaveLength(1)
  })

  test('thousands at once are one that says so', async () => {
    await aChannel()
    const storages = Array.from({ length: 2000 }, (_, index) => aStorage(`pool-${index}`, index === 7 ? 0.97 : 0.85))
    await turn(read(storages))
    expect(sent).toHaveLength(1)
    expect(sent[0]?.notice).toMatchObject({ why: 'many', severity: 'emergency' })
    expect(sent[0]?.notice.title).toContain('2,000 alerts')
    expect(sent[0]?.notice.lines).toHaveLength(11)
  })

  describe('in quiet hours', () => {
    const night = { days: [0, 1, 2, 3, 4, 5, 6], from: '22:00', until: '07:00' }
    const judgedAt = async (at: string, timeZone: string, storages: CollectedStorage[]) => {
      now = instantAt(Date.parse(at))
      await collect(read(storages))
      await evaluateAlerts(store, { now, publicUrl: 'https://snap.example', timeZone }, memory)
      await deliver()
      return titles()
    }

    // Berlin's clocks go from 02:00 to 03:00 on 29 March 2026, and from 03:00 to 02:00 on 25 October.
    test.each([
      ['the shorter', '2026-03-28T21:30Z', '2026-03-29T01:00Z', '2026-03-29T04:59Z', '2026-03-29T05:00Z'],
      ['the longer', '2026-10-24T20:30Z', '2026-10-25T01:30Z', '2026-10-25T05:59Z', '2026-10-25T06:00Z'],
    ])('of %s night only an emergency wakes, and the rest is told at seven on the wall', async (_, ...moments) => {
      const [evening = '', changed = '', before = '', seven = ''] = moments
      await aChannel({ quietHours: night })
      const warned = [aStorage('images', 0.85), aStorage('backups', 0.84)]
      expect(await judgedAt(evening, 'Europe/Berlin', warned)).toEqual([])
      const emergency = ['root on kvm-gz-01 is 97 % full']
      const all = [...warned, aStorage('root', 0.97)]
      expect(await judgedAt(changed, 'Europe/Berlin', all)).toEqual(emergency)
      expect(await judgedAt(before, 'Europe/Berlin', all)).toEqual(emergency)
      const told = [...emergency, expect.stringMatching(/^2 alerts, worst: /)]
      expect(await judgedAt(seven, 'Europe/Berlin', all)).toEqual(told)
      minutes(5)
      expect(await judgedAt(now, 'Europe/Berlin', all)).toEqual(told)
    })

    test('another time zone counts from the next evaluation on', async () => {
      await aChannel({ quietHours: night })
      const warned = [aStorage('images', 0.85)]
      expect(await judgedAt('2026-11-27T22:00Z', 'Europe/Berlin', warned)).toEqual([])
      expect(await judgedAt('2026-11-27T22:01Z', 'America/New_York', warned)).toHaveLength(1)
    })
  })

  test('a receiver that is away is tried again, and told once it is back', async () => {
    await aChannel()
    answer = () => refused({ code: 'unreachable', address: 'mail', cause: 'refused' })
    await turn(read([aStorage('images', 0.96)]))
    for (let minute = 0; minute < 60; minute += 5) {
      minutes(5)
      await deliver()
    }
    const tries = sent.length
    expect(tries).toBeGreaterThan(3)
    expect(tries).toBeLessThan(14)
    answer = () => ok({ status: 250, answer: 'queued' })
    minutes(20)
    await deliver()
    await deliver()
    expect(sent).toHaveLength(tries + 1)
    expect(new Set(sent.map(({ notice }) => notice.key)).size).toBe(1)
    expect(await listDeliveries(store, { channelId: null, state: 'sent', limit: 10 })).toHaveLength(1)
  })

  test('a mistake of ours in one notice keeps no other from its receiver, and is tried again later', async () => {
    await aChannel()
    await aChannel({ settings: { kind: 'pagerduty' } })
    answer = () => {
      if (sent.at(-1)?.channel === 'webhook') throw new Error('a bug')
      return ok({ status: 200, answer: 'ok' })
    }
    await turn(read([aStorage('images', 0.96)]))
    expect(sent.map(({ channel }) => channel).sort()).toEqual(['pagerduty', 'webhook'])
    const [waiting] = await listDeliveries(store, { channelId: null, state: 'waiting', limit: 10 })
    expect(waiting).toMatchObject({ tries: 1, lastError: { code: 'failed' } })
    answer = () => ok({ status: 200, answer: 'ok' })
    minutes(1)
    await deliver()
    expect(await listDeliveries(store, { channelId: null, state: 'sent', limit: 10 })).toHaveLength(2)
  })

  test('one that an older release wrote and nobody reads any more keeps no other from its receiver', async () => {
    await aChannel()
    await collect(read([aStorage('images', 0.96)]))
    await evaluate()
    await store.query(
      `INSERT INTO deliveries (id, channel_id, notice_key, notice, next_try_at, created_at)
       SELECT 'old', channel_id, 'old', '{"v": 0}', $1, $1 FROM deliveries`,
      [instantAt(Date.parse(now) - MINUTE)],
    )
    await deliver()
    expect(sent).toHaveLength(1)
    const listed = await listDeliveries(store, { channelId: null, state: null, limit: 10 })
    expect(listed.find(({ id }) => id === 'old')).toMatchObject({
      noticeKey: 'old',
      title: null,
      unread: ['notice'],
      state: 'waiting',
      lastError: { code: 'failed' },
    })
    const others = listed.filter(({ id }) => id !== 'old')
    expect(others).toMatchObject([{ title: sent[0]?.notice.title, unread: [], state: 'sent' }])
  })

  test('what a receiver answered in a form that nobody reads any more hides nothing else of the log', async () => {
    await aChannel()
    await turn(read([aStorage('images', 0.96)]))
    await store.query(`UPDATE deliveries SET receipt = '{"v": 0}', last_error = '{"code": "of-another-release"}'`)
    expect(await listDeliveries(store, { channelId: null, state: null, limit: 10 })).toMatchObject([
      { title: sent[0]?.notice.title, receipt: null, lastError: null, unread: ['answer', 'error'] },
    ])
  })

  test('a receiver that hangs holds up no other, and gets its own one after the other', async () => {
    const slow = await aChannel({ settings: { kind: 'pagerduty' } })
    const quick = await Promise.all(Array.from({ length: 9 }, () => aChannel()))
    const outgoing: Outgoing = new Map()
    const hanging: (() => void)[] = []
    const begin = () =>
      beginDeliveries(
        {
          store,
          log,
          now: () => now,
          openSecret: async (): Promise<Outcome<ChannelSecret>> => ok({}),
          send: async ({ settings }, notice) => {
            sent.push({ channel: settings.kind, notice })
            if (settings.kind === 'pagerduty') await new Promise<void>((resolve) => hanging.push(resolve))
            return ok({ status: 200, answer: 'ok' })
          },
        },
        { outgoing, onEnd: () => undefined, signal: new AbortController().signal },
      )
    const hears = (kind: string) => sent.filter(({ channel }) => channel === kind).length
    const idle = () => vi.waitFor(() => expect([...outgoing.keys()]).toEqual([slow]), 60_000)

    await collect(read([aStorage('images', 0.96)]))
    await evaluate()
    expect(await begin()).toBe(1 + quick.length)
    await idle()
    // What comes while it hangs goes to the others at once, and waits for it alone.
    minutes(1)
    await collect(read([aStorage('images', 0.96), aStorage('backup', 0.97)]))
    await evaluate()
    expect(await begin()).toBe(quick.length)
    await idle()
    expect([hears('webhook'), hears('pagerduty')]).toEqual([2 * quick.length, 1])
    hanging.pop()?.()
    await vi.waitFor(() => expect(outgoing.size).toBe(0), 60_000)
    expect(await begin()).toBe(1)
    await vi.waitFor(() => expect(hanging).toHaveLength(1), 60_000)
    hanging.pop()?.()
    await vi.waitFor(() => expect(outgoing.size).toBe(0), 60_000)
    const told = sent.filter(({ channel }) => channel === 'pagerduty').map(({ notice }) => notice.title.split(' ')[0])
    expect(told).toEqual(['images', 'backup'])
  })

  test('an end never overtakes its beginning, whatever the receiver did meanwhile', async () => {
    await aChannel({ settings: { kind: 'pagerduty' } })
    answer = () => refused({ code: 'unreachable', address: 'pagerduty', cause: 'timeout' })
    await turn(read([aStorage('images', 0.96)]))
    for (let round = 0; round < 6; round++) {
      minutes(3)
      await deliver()
    }
    await collect(read([aStorage('images', 0.4)]))
    await evaluate()
    minutes(11)
    await collect(read([aStorage('images', 0.4)]))
    await evaluate()
    sent = []
    answer = () => ok({ status: 202, answer: 'ok' })
    // The beginning is tried again at once for the sake of the end, not when its wait of a quarter of an hour is over.
    await deliver()
    expect(sent.map(({ notice }) => notice.why)).toEqual(['first', 'resolved'])
  })

  test('a receiver that says no is not asked again by itself, and can be by a person', async () => {
    await aChannel()
    answer = () => refused({ code: 'receiver-refused', status: 400, text: 'invalid_payload' })
    await turn(read([aStorage('images', 0.96)]))
    minutes(600)
    await deliver()
    const [dead] = await listDeliveries(store, { channelId: null, state: 'dead', limit: 10 })
    expect(dead).toMatchObject({ tries: 1, lastError: { code: 'receiver-refused', text: 'invalid_payload' } })
    answer = () => ok({ status: 200, answer: 'ok' })
    expect(await withTransaction(store, (tx) => reviveDelivery(tx, dead?.id ?? '', now))).toBe(true)
    await deliver()
    expect(sent).toHaveLength(2)
  })

  test('a busy receiver is left alone until the time it names', async () => {
    await aChannel()
    answer = () => refused({ code: 'receiver-busy', status: 429, retryAfterMillis: 30 * MINUTE })
    await turn(read([aStorage('images', 0.96)]))
    minutes(29)
    await deliver()
    expect(sent).toHaveLength(1)
    minutes(2)
    await deliver()
    expect(sent).toHaveLength(2)
  })

  test('what was taken for sending by a worker that died is sent by the next', async () => {
    await aChannel()
    await collect(read([aStorage('images', 0.96)]))
    await evaluate()
    await store.query(`UPDATE deliveries SET claimed_until = $1`, [instantAt(Date.parse(now) + 60 * SECOND)])
    await deliver()
    expect(sent).toHaveLength(0)
    minutes(2)
    await deliver()
    expect(sent).toHaveLength(1)
  })

  test('silences mute and never change an alert', async () => {
    await aChannel()
    await withTransaction(store, (tx) =>
      insertSilence(tx, {
        id: asId<SilenceId>('s1'),
        scope: { connectionId },
        from: now,
        until: instantAt(Date.parse(now) + HOUR),
        reason: 'maintenance',
        by: 'user:lin',
      }),
    )
    await turn(read([aStorage('images', 0.96)]))
    expect(sent).toEqual([])
    expect(await openAlerts(store)).toHaveLength(1)
    minutes(61)
    await turn(read([aStorage('images', 0.96)]))
    expect(sent).toHaveLength(1)
  })

  test('go to the next in line when nobody acknowledges', async () => {
    await aChannel({ escalateAfterMillis: 15 * MINUTE, settings: { kind: 'pagerduty' } })
    await turn(read([aStorage('images', 0.96)]))
    minutes(14)
    await turn(read([aStorage('images', 0.96)]))
    expect(sent).toEqual([])
    const [alert] = await openAlerts(store)
    await withTransaction(store, (tx) =>
      acknowledgeAlert(tx, alert?.id ?? asId(''), {
        by: 'user:lin',
        at: now,
        until: instantAt(Date.parse(now) + HOUR),
        note: '',
      }),
    )
    minutes(10)
    await turn(read([aStorage('images', 0.96)]))
    expect(sent).toEqual([])
    minutes(60)
    await turn(read([aStorage('images', 0.96)]))
    expect(sent.map(({ notice }) => notice.why)).toEqual(['escalated'])
  })

  test('go although one guest of the host cannot be read', async () => {
    await aChannel()
    const guest = aGuest('web').withUnreadSnapshots({ code: 'interrupted' }).build()
    await collect(read([aStorage('images', 0.96)]), read([guest]))
    await evaluate()
    await deliver()
    expect(titles()).toEqual(['images on kvm-gz-01 is 96 % full'])
  })

  test('speak the language of their receiver', async () => {
    await aChannel({ language: 'zh-CN' })
    await turn(read([aStorage('images', 0.96)]))
    expect(titles()).toEqual(['kvm-gz-01 上的 images 已用 96 %'])
  })
})
