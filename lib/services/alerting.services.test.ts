import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { AlertRule } from '@/lib/domain/alert'
import type { AuditAction } from '@/lib/domain/audit'
import {
  type AlertId,
  type AlertRuleId,
  asId,
  type ChannelId,
  type ConnectionId,
  type SilenceId,
} from '@/lib/domain/ids'
import { DAY, GIB, HOUR, type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import { listAudit } from '@/lib/store/audit'
import { changesAfter, latestSeq } from '@/lib/store/changes'
import { insertConnection } from '@/lib/store/connections'
import { claimLease } from '@/lib/store/leases'
import { ensurePartitions } from '@/lib/store/partitions'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aDisk, aGuest, anImage, aSnapshot, aStorage, aVolume } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { storeCollection } from '@/lib/worker/store-collection'
import { evaluateAlerts } from '@/lib/worker/tasks/evaluate-alerts'
import { prepareCleanUps } from '@/lib/worker/tasks/prepare-clean-ups'
import { acknowledge } from './alert/acknowledge'
import { assign } from './alert/assign'
import { comment } from './alert/comment'
import { getAlert } from './alert/get'
import { listAlerts } from './alert/list'
import { listClosedAlerts } from './alert/list-closed'
import { silence } from './alert/silence'
import { unsilence } from './alert/unsilence'
import { listDeliveries } from './channel/deliveries'
import { listChannels } from './channel/list'
import { removeChannel } from './channel/remove'
import { reviveNotice } from './channel/revive'
import { saveChannel } from './channel/save'
import { testChannel } from './channel/test'
import { addRule } from './rule/add'
import { changeRule } from './rule/change'
import { listRules } from './rule/list'
import { previewRule } from './rule/preview'
import { removeRule } from './rule/remove'

let web: TestWeb
let admin: Actor
let operator: Actor
let viewer: Actor
let now: Instant
let alertId: AlertId

const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const forbidden = (needs: string) => ({ ok: false, why: { code: 'forbidden', needs } })
const lastAudit = async (action: AuditAction) => (await listAudit(web.store, { action, limit: 1 })).entries[0]
const ctxOf = (actor: Actor) => web.contextOf(actor, now)
function must<Value>(outcome: { ok: true; value: Value } | { ok: false; why: { code: string } }): Value {
  if (!outcome.ok) throw new Error(outcome.why.code)
  return outcome.value
}
const storageAlert = async () => {
  const inbox = must(await listAlerts({ ctx: ctxOf(viewer), input: {} }))
  const found = inbox.alerts.find(({ kind }) => kind === 'storage-used')
  if (found === undefined) throw new Error('no alert of the storage')
  return found
}

/** A storage at 96 % with a production guest whose snapshots are past their limit: one whose merge still fits, one not. */
beforeAll(async () => {
  web = await openTestWeb()
  admin = (await web.addUser('admin')).actor
  operator = (await web.addUser('operator')).actor
  viewer = (await web.addUser('viewer')).actor
  now = instantAt(Date.now())
  const added = await withTransaction(web.store, (tx) =>
    insertConnection(tx, {
      name: 'kvm-gz-01',
      kind: 'libvirt',
      mode: 'operate',
      address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  const lease = must(await claimLease(web.store, must(added), 'worker'))
  const ago = (hours: number) => instantAt(Date.parse(now) - hours * HOUR)
  const layer = (name: string) => `/images/vda.${name}.qcow2`
  const guest = aGuest('orders-db')
    .tagged('prod')
    .withSnapshots(
      aSnapshot('large')
        .external({ vda: 8 * GIB })
        .takenAt(ago(100)),
      aSnapshot('small').external({ vda: GIB }).childOf('large').takenAt(ago(50)),
    )
    .withDisks(
      aDisk('vda', {
        chain: [
          anImage(layer('small'), { allocatedBytes: GIB, madeBySnapshot: 'small' }),
          anImage(layer('large'), { allocatedBytes: 8 * GIB, madeBySnapshot: 'large' }),
          anImage('/images/vda.qcow2'),
        ],
      }),
    )
  const stored = await storeCollection(web.store, {
    lease,
    collection: aCollection()
      .at(now)
      .withGuests(guest)
      .withStorages(
        aStorage('images')
          .sized(100 * GIB, 96 * GIB)
          .withVolumes(
            ...['vda.qcow2', 'vda.large.qcow2', 'vda.small.qcow2'].map((name) =>
              aVolume(name, { usedBy: ['id-of-orders-db'], role: name === 'vda.qcow2' ? 'base' : 'overlay' }),
            ),
          ),
        aStorage('idle').sized(100 * GIB, 10 * GIB),
      )
      .build(),
    thorough: true,
    requests: [],
    nextAttemptAt: () => now,
  })
  must(stored)
  await evaluateAlerts(web.store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' })
  await web.store.query("UPDATE alert_rules SET hold_millis = 0 WHERE kind = 'storage-used'")
  await evaluateAlerts(web.store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' })
  alertId = (await storageAlert()).id
})
afterAll(() => web.close())

describe('alerts', () => {
  it('are read by viewers and handled by operators', async () => {
    const ctx = ctxOf(viewer)
    expect(await acknowledge({ ctx, input: { id: alertId, note: '' } })).toEqual(forbidden('operator'))
    expect(await assign({ ctx, input: { id: alertId, assignee: 'x' } })).toEqual(forbidden('operator'))
    expect(await comment({ ctx, input: { id: alertId, text: 'x' } })).toEqual(forbidden('operator'))
    const until = instantAt(Date.parse(now) + HOUR)
    expect(await silence({ ctx, input: { scope: { alertId }, until, reason: 'x' } })).toEqual(forbidden('operator'))
    expect(await unsilence({ ctx, input: { id: asId<SilenceId>('x') } })).toEqual(forbidden('operator'))
  })

  it('tell of the storage behind them and of the way out that still fits, and claim no more than it frees', async () => {
    const alert = must(await getAlert({ ctx: ctxOf(viewer), input: { id: alertId } }))
    expect(alert).toMatchObject({ severity: 'emergency', subjectName: 'images', storage: { usedBytes: 96 * GIB } })
    expect(alert.events.map(({ event }) => event)).toContain('fired')
    expect(alert.reclaim?.items.map(({ name, because }) => [name, because])).toEqual([['small', 'past-limit']])
    expect(alert.reclaim?.leftOut).toContainEqual({ because: 'no-room', count: 1 })
    const { frees, boughtMillis } = alert.reclaim ?? {}
    expect(frees?.min).toBeLessThanOrEqual(12 * GIB)
    if (frees?.min === 0) expect(boughtMillis).toBeNull()
    const shown = must(await getAlert({ ctx: ctxOf(operator), input: { id: alertId } }))
    expect(shown.reclaim?.noPlan).toBeNull()
  })

  it('say beforehand where nothing can be deleted from here', async () => {
    const inMode = async (mode: 'observe' | 'operate') => {
      await web.store.query('UPDATE connections SET mode = $1', [mode])
      return must(await getAlert({ ctx: ctxOf(operator), input: { id: alertId } }))
    }
    const { reclaim } = await inMode('observe')
    expect(reclaim).toMatchObject({ noPlan: { code: 'observe-only' }, frees: { min: 0 }, boughtMillis: null })
    expect(reclaim?.items.map(({ name }) => name)).toContain('small')
    expect((await inMode('operate')).reclaim?.noPlan).toBeNull()
  })

  it('at an emergency have a clean-up prepared once, which waits for consent', async () => {
    expect(await prepareCleanUps(web.store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' }, log)).toBe(1)
    expect(await prepareCleanUps(web.store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' }, log)).toBe(0)
    const alert = must(await getAlert({ ctx: ctxOf(viewer), input: { id: alertId } }))
    expect(alert.prepared).toEqual({ planId: expect.any(String), at: now })
    expect(alert.events.at(-1)).toMatchObject({ event: 'prepared', by: 'system:worker' })
    expect(await lastAudit('plan.proposed')).toMatchObject({ actor: 'system:worker', detail: { alert: 'images' } })
    expect(await web.store.query('SELECT id FROM operations')).toEqual([])
  })

  it('are acknowledged, given and commented on, audited and told', async () => {
    const before = await latestSeq(web.store)
    const input = { id: alertId, note: 'on it', forMillis: 2 * HOUR }
    const taken = must(await acknowledge({ ctx: ctxOf(operator), input }))
    const until = instantAt(Date.parse(now) + 2 * HOUR)
    expect(taken.acknowledged).toMatchObject({ note: 'on it', until })
    expect(await lastAudit('alert.acknowledged')).toMatchObject({
      subject: 'alert:images',
      detail: { note: 'on it', kind: 'storage-used' },
    })
    const given = must(await assign({ ctx: ctxOf(operator), input: { id: alertId, assignee: 'Chen Hao' } }))
    expect(given.assignee).toBe('Chen Hao')
    expect(await lastAudit('alert.assigned')).toMatchObject({ detail: { assignee: 'Chen Hao' } })
    must(await comment({ ctx: ctxOf(operator), input: { id: alertId, text: 'called the owner' } }))
    expect(await lastAudit('alert.commented')).toMatchObject({ subject: 'alert:images' })
    const { events } = must(await getAlert({ ctx: ctxOf(viewer), input: { id: alertId } }))
    expect(events.slice(-3).map(({ event, text }) => [event, text])).toEqual([
      ['acknowledged', 'on it'],
      ['assigned', 'Chen Hao'],
      ['commented', 'called the owner'],
    ])
    const told = await changesAfter(web.store, before, 100)
    expect(told.filter(({ topic }) => topic === 'alerts').length).toBeGreaterThan(0)
  })

  it('are silenced for a time with a reason, and stay where they are', async () => {
    const until = instantAt(Date.parse(now) + HOUR)
    const made = must(
      await silence({ ctx: ctxOf(operator), input: { scope: { subjectOf: alertId }, until, reason: 'moving disks' } }),
    )
    expect(made.scope).toEqual({ subject: (await storageAlert()).subject })
    expect(await storageAlert()).toMatchObject({ silencedBy: made.id, severity: 'emergency' })
    expect(await lastAudit('alert.silenced')).toMatchObject({
      subject: 'alert:images',
      detail: { covers: 'subject', reason: 'moving disks' },
    })
    const nothing = { scope: { connectionId: asId<ConnectionId>('none') }, until, reason: 'x' }
    expect(await silence({ ctx: ctxOf(operator), input: nothing })).toMatchObject({ why: { code: 'missing' } })
    must(await unsilence({ ctx: ctxOf(operator), input: { id: made.id } }))
    expect((await storageAlert()).silencedBy).toBeNull()
    expect(await lastAudit('alert.silence-ended')).toMatchObject({ detail: { reason: 'moving disks' } })
    const past = { scope: { alertId }, until: instantAt(Date.parse(now) - 1), reason: 'x' }
    expect(await silence({ ctx: ctxOf(operator), input: past })).toMatchObject({ why: { code: 'invalid' } })
    const long = { scope: { alertId }, until: instantAt(Date.parse(now) + 40 * DAY), reason: 'x' }
    expect(await silence({ ctx: ctxOf(operator), input: long })).toMatchObject({ why: { code: 'invalid' } })
  })

  it('that ended are listed page by page, also when many ended at once', async () => {
    await web.store.query(
      `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
         worst_severity, since, fired_at, resolved_at, value, value_at)
       SELECT 'gone-' || n, 'shipped-storage-used', 'x', 'storage-used', 'storage', 's' || n, 's' || n, 'x', 'warning',
         'warning', $1, $1, $1, 0.8, $1 FROM generate_series(1, 5) n`,
      [now],
    )
    const seen: string[] = []
    let after: string | undefined
    for (let page = 0; page < 4; page += 1) {
      const found = must(await listClosedAlerts({ ctx: ctxOf(viewer), input: { limit: 2, after } }))
      seen.push(...found.alerts.map(({ id }) => id))
      if (found.next === null) break
      after = found.next
    }
    expect(seen).toEqual(['gone-1', 'gone-2', 'gone-3', 'gone-4', 'gone-5'])
    const unreadable = await listClosedAlerts({ ctx: ctxOf(viewer), input: { limit: 2, after: 'x' } })
    expect(unreadable).toMatchObject({ why: { code: 'invalid' } })
  })
})

describe('rules', () => {
  const content = {
    name: 'Half full',
    kind: 'storage-used',
    levels: [{ severity: 'warning', fire: 0.5, clear: 0.45 }],
    holdMillis: 0,
    clearHoldMillis: 0,
    scope: { connectionIds: [], storageIds: [], tags: [], environments: [] },
    enabled: true,
  } satisfies Parameters<typeof addRule>[0]['input']

  it('are changed by administrators only', async () => {
    const ctx = ctxOf(operator)
    const id = asId<AlertRuleId>('shipped-storage-used')
    expect(await addRule({ ctx, input: content })).toEqual(forbidden('admin'))
    expect(await changeRule({ ctx, input: { ...content, id } })).toEqual(forbidden('admin'))
    expect(await removeRule({ ctx, input: { id } })).toEqual(forbidden('admin'))
    expect(await previewRule({ ctx, input: content })).toEqual(forbidden('admin'))
    expect(must(await listRules({ ctx: ctxOf(viewer), input: {} })).length).toBeGreaterThan(10)
  })

  it('are added, changed and removed, audited; shipped ones stay', async () => {
    const ctx = ctxOf(admin)
    const added = must(await addRule({ ctx, input: content }))
    expect(await lastAudit('rule.added')).toMatchObject({ subject: 'rule:Half full' })
    const levels = [{ severity: 'critical' as const, fire: 0.6, clear: 0.55 }]
    const changed = must(await changeRule({ ctx, input: { ...content, id: added.id, levels } }))
    expect(changed).toMatchObject({ version: 2, levels })
    expect(await lastAudit('rule.changed')).toMatchObject({ detail: { levels: '0.6', enabled: true } })
    must(await removeRule({ ctx, input: { id: added.id } }))
    expect(await lastAudit('rule.removed')).toMatchObject({ subject: 'rule:Half full' })
    const shipped = { id: asId<AlertRuleId>('shipped-storage-used') }
    expect(await removeRule({ ctx, input: shipped })).toMatchObject({ why: { code: 'missing' } })
  })

  it.each<[string, AlertRule['levels']]>([
    ['a clear value on the wrong side', [{ severity: 'warning', fire: 0.8, clear: 0.9 }]],
    [
      'levels that do not get worse',
      [
        { severity: 'warning', fire: 0.8, clear: 0.75 },
        { severity: 'critical', fire: 0.7, clear: 0.6 },
      ],
    ],
    [
      'the same severity twice',
      [
        { severity: 'warning', fire: 0.8, clear: 0.75 },
        { severity: 'warning', fire: 0.9, clear: 0.85 },
      ],
    ],
  ])('with %s are refused', async (_, levels) => {
    expect(await addRule({ ctx: ctxOf(admin), input: { ...content, levels } })).toMatchObject({
      why: { code: 'invalid' },
    })
  })

  it('show what they would have fired on', async () => {
    await ensurePartitions(web.store, 'storage_samples_hourly', instantAt(Date.parse(now) - DAY), now)
    await web.store.query(
      `INSERT INTO storage_samples_hourly (series, at, used_bytes, used_max_bytes, capacity_bytes, samples)
       SELECT e.id, date_trunc('hour', $1::timestamptz) - h * interval '1 hour', $2::bigint, $2::bigint, $3::bigint, 1
       FROM storage_series e, generate_series(1, 5) h WHERE e.native_id = 'id-of-idle'
       ON CONFLICT DO NOTHING`,
      [now, 60 * GIB, 100 * GIB],
    )
    const preview = must(await previewRule({ ctx: ctxOf(admin), input: content }))
    expect(preview).toMatchObject({ days: 30, subjects: 2, untold: 0 })
    expect(preview.firings).toContainEqual(expect.objectContaining({ subjectName: 'idle', severity: 'warning' }))
    const present = must(
      await previewRule({
        ctx: ctxOf(admin),
        input: { ...content, kind: 'snapshot-count', levels: [{ severity: 'warning', fire: 2, clear: 2 }] },
      }),
    )
    expect(present).toMatchObject({ since: null, firingsTotal: 1, firings: [{ subjectName: 'orders-db' }] })
  })
})

describe('channels', () => {
  const CANARY = 'canary-71ab0e55'
  let receiver: Server
  let port: number
  let answer = { status: 200, text: 'thanks' }
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      request.resume()
      request.on('end', () => response.writeHead(answer.status).end(answer.text))
    })
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    port = (receiver.address() as AddressInfo).port
  })
  afterAll(() => new Promise((resolve) => receiver.close(resolve)))

  const content = (): Parameters<typeof saveChannel>[0]['input'] => ({
    name: 'on call',
    settings: { kind: 'webhook', url: `http://127.0.0.1:${port}/hook` },
    secret: { signingKey: CANARY },
    route: { leastSeverity: 'warning', connectionIds: [], tags: [], environments: [] },
    language: 'en',
    enabled: true,
    quietHours: null,
    repeatMillis: null,
    escalateAfterMillis: null,
    groupMillis: MINUTE,
    anyAddress: true,
  })

  it('are seen and changed by administrators only', async () => {
    const ctx = ctxOf(operator)
    const id = asId<ChannelId>('x')
    expect(await listChannels({ ctx, input: {} })).toEqual(forbidden('admin'))
    expect(await saveChannel({ ctx, input: content() })).toEqual(forbidden('admin'))
    expect(await removeChannel({ ctx, input: { id } })).toEqual(forbidden('admin'))
    expect(await testChannel({ ctx, input: { id } })).toEqual(forbidden('admin'))
    expect(await listDeliveries({ ctx, input: { limit: 1 } })).toEqual(forbidden('admin'))
    expect(await reviveNotice({ ctx, input: { id: 'x' } })).toEqual(forbidden('admin'))
  })

  it('keep their secret: in no answer, no log, and nowhere in the database in clear', async () => {
    const ctx = ctxOf(admin)
    const saved = must(await saveChannel({ ctx, input: content() }))
    answer = { status: 500, text: `no ${CANARY}`.replace(CANARY, 'way') }
    const answers = [
      saved,
      await listChannels({ ctx, input: {} }),
      await testChannel({ ctx, input: { id: saved.id } }),
      await listDeliveries({ ctx, input: { limit: 10 } }),
      (await listAudit(web.store, { limit: 100 })).entries,
    ]
    for (const each of answers) expect(JSON.stringify(each)).not.toContain(CANARY)
    const tables = await web.store.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    for (const { name } of tables) {
      const rows = await web.store.query(`SELECT 1 FROM "${name}" t WHERE t::text LIKE '%' || $1 || '%'`, [CANARY])
      expect([name, rows.length]).toEqual([name, 0])
    }
    must(await removeChannel({ ctx, input: { id: saved.id } }))
    expect(await lastAudit('channel.removed')).toMatchObject({ subject: 'channel:on call' })
  })

  it('are tested with the real answer of their receiver', async () => {
    const ctx = ctxOf(admin)
    const { id } = must(await saveChannel({ ctx, input: content() }))
    expect(await lastAudit('channel.added')).toMatchObject({ detail: { kind: 'webhook', credentials: true } })
    answer = { status: 200, text: 'thanks' }
    expect(await testChannel({ ctx, input: { id } })).toEqual({ ok: true, value: { status: 200, answer: 'thanks' } })
    answer = { status: 403, text: 'who are you' }
    expect(await testChannel({ ctx, input: { id } })).toMatchObject({ ok: false })
    expect(await lastAudit('channel.tested')).toMatchObject({ detail: { ok: false } })
  })

  it('that move ask for their secret again', async () => {
    const ctx = ctxOf(admin)
    const [channel] = must(await listChannels({ ctx, input: {} }))
    const { secret: _, ...rest } = content()
    const same = { ...rest, id: channel?.id, name: 'renamed' }
    expect(must(await saveChannel({ ctx, input: same }))).toMatchObject({ name: 'renamed' })
    expect(await lastAudit('channel.changed')).toMatchObject({ detail: { credentials: false } })
    const moved = { ...same, settings: { kind: 'webhook' as const, url: 'https://elsewhere.example/' } }
    expect(await saveChannel({ ctx, input: moved })).toMatchObject({ why: { code: 'secret-needed' } })
  })

  it('try a notice again that was given up, when asked to', async () => {
    const ctx = ctxOf(admin)
    const [channel] = must(await listChannels({ ctx, input: {} }))
    const notice = {
      key: 'k',
      threadKey: null,
      why: 'first',
      severity: 'warning',
      resolved: false,
      title: 'images is full',
      lines: [],
      link: { text: 'Open', url: 'https://snap.example' },
      action: null,
      alertIds: [],
      at: now,
    }
    await web.store.query(
      `INSERT INTO deliveries (id, channel_id, notice_key, notice, state, tries, created_at)
       VALUES ('d1', $1, 'k', $2, 'dead', 9, $3)`,
      [channel?.id, JSON.stringify(notice), now],
    )
    must(await reviveNotice({ ctx, input: { id: 'd1' } }))
    expect(await lastAudit('channel.notice-revived')).toMatchObject({ detail: { notice: 'd1' } })
    const [delivery] = must(await listDeliveries({ ctx, input: { limit: 1 } }))
    expect(delivery).toMatchObject({ id: 'd1', state: 'waiting', title: 'images is full' })
    expect(await reviveNotice({ ctx, input: { id: 'd1' } })).toMatchObject({ why: { code: 'nothing-to-do' } })
  })
})
