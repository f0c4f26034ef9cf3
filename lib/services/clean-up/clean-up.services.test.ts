import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { AuditAction } from '@/lib/domain/audit'
import { type AlertId, asId, type ConnectionId, type GuestId, type OperationId, type StorageId } from '@/lib/domain/ids'
import { DAY, epochMillis, GIB, HOUR, type Instant, instantAt, MINUTE } from '@/lib/domain/units'
import { actorToday } from '@/lib/store/actors'
import { listAudit } from '@/lib/store/audit'
import { insertConnection } from '@/lib/store/connections'
import { claimLease } from '@/lib/store/leases'
import { writeSnapshotNote } from '@/lib/store/snapshot-notes'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aDisk, aGuest, anImage, aSnapshot, aStorage, aVolume } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { storeCollection } from '@/lib/worker/store-collection'
import { evaluateAlerts } from '@/lib/worker/tasks/evaluate-alerts'
import { runCleanUps } from '@/lib/worker/tasks/run-clean-ups'
import { acknowledge } from '../alert/acknowledge'
import { getAlert } from '../alert/get'
import { listInbox } from '../alert/inbox'
import { saveChannel } from '../channel/save'
import { placeHold } from '../hold/place'
import { listCleanUps } from './list'
import { removeCleanUp } from './remove'
import { runCleanUp } from './run'
import { setCleanUp } from './set'

let web: TestWeb
let admin: Actor
let operator: Actor
let viewer: Actor
let now: Instant
let connectionId: ConnectionId
let storageId: StorageId

const log = { info: () => undefined, warn: () => undefined }
const ctxOf = (actor: Actor, at = now) => web.contextOf(actor, at)
const later = (millis: number) => instantAt(epochMillis(now) + millis)
function must<Value>(outcome: { ok: true; value: Value } | { ok: false; why: { code: string } }): Value {
  if (!outcome.ok) throw new Error(outcome.why.code)
  return outcome.value
}
const one = async (sql: string, values: unknown[] = []): Promise<string> => {
  const [row] = await web.store.query<{ id: string }>(sql, values)
  return row?.id ?? ''
}
const audited = async (action: AuditAction) => (await listAudit(web.store, { action, limit: 5 })).entries
const operations = () =>
  web.store.query<{ askedBy: string; intent: { snapshotIds: string[] }; actor: unknown }>(
    `SELECT asked_by AS "askedBy", intent, actor FROM operations ORDER BY created_at`,
  )
const allow = (over: object = {}) =>
  setCleanUp({
    ctx: ctxOf(admin),
    input: {
      connectionId,
      storageId: null,
      enabled: true,
      maxSnapshots: 5,
      maxPeakBytes: 4 * GIB,
      busyHours: null,
      ...over,
    },
  })
const run = (at = now) => runCleanUps(web.store, { now: at, publicUrl: 'https://snap.example', timeZone: 'UTC' }, log)
const alertId = async () => {
  const inbox = must(await listInbox({ ctx: ctxOf(viewer), input: { show: 'open', limit: 100 } }))
  return inbox.rows.find(({ alert }) => alert.kind === 'storage-used')?.alert.id ?? asId<AlertId>('')
}
const lastOutcome = async () => must(await getAlert({ ctx: ctxOf(viewer), input: { id: await alertId() } })).cleanUp

/**
 * A storage at 96 % with two production snapshots past their limit. Snapwarden took the small one, and its agreed time
 * is over; the large one is somebody else's.
 */
beforeEach(async () => {
  await web?.close()
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
  connectionId = must(added)
  const lease = must(await claimLease(web.store, connectionId, 'worker'))
  const layer = (name: string) => `/images/vda.${name}.qcow2`
  const guest = aGuest('orders-db')
    .tagged('prod')
    .withSnapshots(
      aSnapshot('large')
        .external({ vda: 8 * GIB })
        .takenAt(later(-4 * DAY)),
      aSnapshot('small')
        .external({ vda: GIB })
        .childOf('large')
        .takenAt(later(-2 * DAY)),
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
  const volumes = ['vda.qcow2', 'vda.large.qcow2', 'vda.small.qcow2'].map((name) =>
    aVolume(name, { usedBy: ['id-of-orders-db'], role: name === 'vda.qcow2' ? 'base' : 'overlay' }),
  )
  const storage = aStorage('images')
    .sized(100 * GIB, 96 * GIB)
    .withVolumes(...volumes)
  must(
    await storeCollection(web.store, {
      lease,
      collection: aCollection().at(now).withGuests(guest).withStorages(storage).build(),
      thorough: true,
      requests: [],
      nextAttemptAt: () => now,
    }),
  )
  storageId = asId<StorageId>(await one('SELECT id FROM storages'))
  await withTransaction(web.store, async (tx) =>
    writeSnapshotNote(tx, {
      guestId: asId<GuestId>(await one('SELECT id FROM guests')),
      snapshotName: 'small',
      operationId: asId<OperationId>('an earlier one'),
      role: 'taken',
      owner: null,
      purpose: null,
      expiresAt: later(-HOUR),
      expiresAfterMillis: null,
      at: later(-2 * DAY + MINUTE),
    }),
  )
  const judge = () => evaluateAlerts(web.store, { now, publicUrl: 'https://snap.example', timeZone: 'UTC' })
  await judge()
  await web.store.query("UPDATE alert_rules SET hold_millis = 0 WHERE kind = 'storage-used'")
  await judge()
})
afterAll(() => web.close())

describe('automatic clean-up', () => {
  it('is off until an administrator allows it, and is nobody else’s to allow', async () => {
    expect(await run()).toBe(0)
    expect(await operations()).toEqual([])
    const forbidden = { ok: false, why: { code: 'forbidden', needs: 'admin' } }
    const input = { connectionId, storageId: null, enabled: true, maxSnapshots: 1, maxPeakBytes: 0, busyHours: null }
    expect(await setCleanUp({ ctx: ctxOf(operator), input })).toEqual(forbidden)
    const policy = must(await allow())
    expect(await removeCleanUp({ ctx: ctxOf(operator), input: { id: policy.id } })).toEqual(forbidden)
    expect(must(await listCleanUps({ ctx: ctxOf(viewer), input: {} }))).toMatchObject([{ scope: 'kvm-gz-01' }])
    expect((await audited('clean-up.set'))[0]).toMatchObject({ subject: 'clean-up:kvm-gz-01' })
    // The verb itself takes no person's word, an administrator's included.
    expect(await runCleanUp({ ctx: ctxOf(admin), input: { alertId: await alertId() } })).toEqual(forbidden)
  })

  it('deletes only what Snapwarden took and what is over, through a plan, and tells everybody', async () => {
    must(
      await saveChannel({
        ctx: ctxOf(admin),
        input: {
          name: 'on call',
          settings: { kind: 'webhook', url: 'https://hook.example' },
          secret: { signingKey: 'k' },
          route: { leastSeverity: 'emergency', connectionIds: [], tags: [], environments: [] },
          language: 'en',
          enabled: true,
          quietHours: null,
          repeatMillis: null,
          escalateAfterMillis: null,
          groupMillis: 0,
          anyAddress: false,
        },
      }),
    )
    const policy = must(await allow())
    expect(await run()).toBe(1)
    const [operation, ...others] = await operations()
    expect(others).toEqual([])
    const small = await one("SELECT id FROM snapshots WHERE name = 'small'")
    expect(operation).toMatchObject({
      askedBy: 'policy:kvm-gz-01',
      intent: { do: 'delete', snapshotIds: [small] },
      actor: { kind: 'policy', policyId: policy.id },
    })
    const [confirmed] = await audited('plan.confirmed')
    expect(confirmed).toMatchObject({ actor: 'policy:kvm-gz-01', detail: { reason: 'automatic clean-up' } })
    expect((await audited('clean-up.started'))[0]?.detail).toMatchObject({ by: 'policy:kvm-gz-01', snapshots: 1 })
    const notices = await web.store.query<{ title: string }>("SELECT notice ->> 'title' AS title FROM deliveries")
    expect(notices.map(({ title }) => title)).toEqual([
      'Automatic clean-up of images on kvm-gz-01: 1 expired snapshot is being deleted',
    ])
    const alert = must(await getAlert({ ctx: ctxOf(viewer), input: { id: await alertId() } }))
    expect(alert.cleanUp?.last).toMatchObject({ outcome: 'started', snapshots: 1 })
    expect(alert.events.at(-1)).toMatchObject({ event: 'cleaned-up', by: 'policy:kvm-gz-01' })

    // Neither at once nor in an hour while that operation is not over.
    expect(await run(later(MINUTE))).toBe(0)
    expect(await run(later(2 * HOUR))).toBe(0)
    expect(await operations()).toHaveLength(1)
  })

  it.each([
    ['somebody holds it', 'nothing-to-delete'],
    ['its time is not over', 'nothing-to-delete'],
    ['it was made anew under its name', 'nothing-to-delete'],
    ['the merge needs more room than allowed', 'over-limits'],
    ['it is a busy hour', 'busy-hours'],
    ['somebody has the alert', 'acknowledged'],
  ] as const)('leaves everything where it is when %s', async (why, outcome) => {
    const always = { from: '00:00', until: '00:00', days: [0, 1, 2, 3, 4, 5, 6] }
    const small = asId<never>(await one("SELECT id FROM snapshots WHERE name = 'small'"))
    const worlds: Record<typeof why, () => Promise<unknown>> = {
      'somebody holds it': () => placeHold({ ctx: ctxOf(operator), input: { snapshotId: small, note: 'audit' } }),
      'its time is not over': () => web.store.query('UPDATE snapshot_notes SET expires_at = $1', [later(1)]),
      'it was made anew under its name': () =>
        web.store.query('UPDATE snapshot_notes SET written_at = $1', [later(-3 * DAY)]),
      'the merge needs more room than allowed': () => allow({ maxPeakBytes: 1 }),
      'it is a busy hour': () => allow({ busyHours: always }),
      'somebody has the alert': async () =>
        acknowledge({ ctx: ctxOf(operator), input: { id: await alertId(), note: '' } }),
    }
    must(await allow())
    await worlds[why]()
    expect(await run()).toBe(0)
    expect(await operations()).toEqual([])
    expect((await lastOutcome())?.last).toMatchObject({ outcome, operationId: null })
  })

  it('deletes nothing while the room is back and only waits whether that lasts', async () => {
    must(await allow())
    const clearing = { to: null, since: now }
    await web.store.query('UPDATE alerts SET clearing = $1', [JSON.stringify(clearing)])
    expect(await run()).toBe(0)
    expect(await operations()).toEqual([])
    await web.store.query('UPDATE alerts SET clearing = NULL')
    expect(await run()).toBe(1)
  })

  it('goes by the storage’s own policy before its connection’s, and stops what it began when it is taken back', async () => {
    must(await allow())
    const own = must(await allow({ storageId, enabled: false }))
    expect(await run()).toBe(0)
    expect(await lastOutcome()).toBeNull()
    must(await allow({ storageId }))
    expect(await run()).toBe(1)
    expect(await actorToday(web.store, { kind: 'policy', policyId: own.id })).toMatchObject({ role: 'operator' })
    must(await removeCleanUp({ ctx: ctxOf(admin), input: { id: own.id } }))
    expect(await actorToday(web.store, { kind: 'policy', policyId: own.id })).toBeNull()
  })

  it('is told of by the next worker when one died between the consent and telling', async () => {
    must(await allow())
    expect(await run()).toBe(1)
    await web.store.query("UPDATE clean_up_runs SET announced_at = NULL, outcome = 'claimed'")
    await run(later(MINUTE))
    expect(await audited('clean-up.started')).toHaveLength(2)
    expect(await operations()).toHaveLength(1)
    expect((await lastOutcome())?.last?.outcome).toBe('started')
  })
})
