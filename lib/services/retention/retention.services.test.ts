import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { asId, type ConnectionId, type GuestId } from '@/lib/domain/ids'
import type { CollectedGuest } from '@/lib/domain/inventory'
import type { RetentionView } from '@/lib/domain/retention'
import { HOUR } from '@/lib/domain/units'
import { judged } from '@/lib/engine/retention/shares'
import { listAudit } from '@/lib/store/audit'
import { insertConnection } from '@/lib/store/connections'
import { claimLease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aGuest, aSnapshot, hoursAgo, TEST_NOW } from '@/lib/testing/builders'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { storeCollection } from '@/lib/worker/store-collection'
import { getEnvironment } from '../environment/get'
import { setEnvironment } from '../environment/set'
import { setLimits } from '../environment/set-limits'
import { placeHold } from '../hold/place'
import { listRetention } from './list'
import { listLimitShares } from './shares'

let web: TestWeb
let admin: Actor
let operator: Actor
let viewer: Actor
let connectionId: ConnectionId
beforeAll(async () => {
  web = await openTestWeb()
  admin = (await web.addUser('admin')).actor
  operator = (await web.addUser('operator')).actor
  viewer = (await web.addUser('viewer')).actor
})
afterAll(() => web.close())

const as = (actor: Actor) => ({ ...web.contextOf(actor), now: TEST_NOW })
const tagged = (name: string, tags: string[], ...ages: number[]): CollectedGuest =>
  aGuest(name)
    .withFacts({ tags })
    .withSnapshots(...ages.map((age) => ({ ...aSnapshot(`${name}-${age}h`).build(), createdAt: hoursAgo(age) })))
    .build()

/** Reads a fleet anew. */
async function read(...guests: CollectedGuest[]): Promise<void> {
  await web.store.query('TRUNCATE connections CASCADE')
  const added = await withTransaction(web.store, (tx) =>
    insertConnection(tx, {
      name: 'kvm',
      kind: 'libvirt',
      mode: 'operate',
      address: { kind: 'libvirt', uri: 'test:///', cleartextAccepted: false },
      demo: false,
      createdBy: 'x',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  connectionId = added.value
  const lease = await claimLease(web.store, connectionId, 'worker')
  if (!lease.ok) throw new Error(lease.why.code)
  const stored = await storeCollection(web.store, {
    lease: lease.value,
    collection: aCollection()
      .withGuests(...guests)
      .build(),
    thorough: true,
    requests: [],
    nextAttemptAt: () => TEST_NOW,
  })
  if (!stored.ok) throw new Error(stored.why.code)
}

async function retention(): Promise<RetentionView> {
  const listed = await listRetention({ ctx: as(viewer), input: {} })
  if (!listed.ok) throw new Error(listed.why.code)
  return listed.value
}
async function idOf(name: string): Promise<GuestId> {
  const [row] = await web.store.query<{ id: string }>('SELECT id FROM guests WHERE name = $1', [name])
  return asId<GuestId>(row?.id ?? '')
}

describe('what is past its limit', () => {
  beforeEach(() =>
    read(
      tagged('shop', ['prod'], 23, 25, 80),
      tagged('qa-1', ['test'], 71, 73),
      tagged('sandbox', ['dev'], 7 * 24 - 1),
      tagged('nameless', [], 9_000),
      aGuest('silent').withUnreadSnapshots({ code: 'interrupted' }).build(),
    ),
  )

  it('is judged by the environment its tags propose, the furthest past first', async () => {
    const { past, pastTotal, environments } = await retention()
    expect(past.map(({ name, environment }) => [name, environment])).toEqual([
      ['shop-80h', 'production'],
      ['shop-25h', 'production'],
      ['qa-1-73h', 'test'],
    ])
    expect(pastTotal).toBe(3)
    expect(environments.map(({ environment, snapshots, past: over }) => [environment, snapshots, over])).toEqual([
      ['production', 3, 2],
      ['test', 2, 1],
      ['development', 1, 0],
      ['unknown', 1, 0],
    ])
  })

  it('says what it could not judge', async () => {
    const { unknown, withoutEnvironment } = await retention()
    expect(unknown).toEqual({ guests: 1, snapshotsWithoutTime: 0 })
    expect(withoutEnvironment).toEqual({ guests: 2, snapshots: 1 })
  })

  it('has a snapshot that tells no time on neither side of its limit', async () => {
    await read(
      aGuest('shop')
        .withFacts({ tags: ['prod'] })
        .withSnapshots(
          { ...aSnapshot('timeless').build(), createdAt: null },
          { ...aSnapshot('young').build(), createdAt: hoursAgo(1) },
        )
        .build(),
    )
    const { environments, past } = await retention()
    expect(past).toEqual([])
    expect(judged(environments)).toEqual({ total: 2, inside: 1, past: 0, withoutTime: 1 })
  })

  it('follows what a person says of a guest, and goes back to its tags', async () => {
    const id = await idOf('shop')
    const set = (environment: 'development' | null, owner: string | null) =>
      setEnvironment({ ctx: as(operator), input: { guestIds: [id], environment, owner } })
    expect(await set('development', 'Lin Yue')).toMatchObject({ ok: true })
    const said = await retention()
    expect(said.past.map(({ name }) => name)).toEqual(['qa-1-73h'])
    expect(await getEnvironment({ ctx: as(viewer), input: { id } })).toMatchObject({
      value: { environment: 'development', said: true, proposed: 'production', owner: 'Lin Yue' },
    })
    await set(null, 'Lin Yue')
    expect((await retention()).owners.map(({ owner, past }) => [owner, past])).toEqual([
      ['Lin Yue', 2],
      [null, 1],
    ])
    await set(null, null)
    expect((await retention()).owners).toMatchObject([{ owner: null, past: 3 }])
  })

  it('follows its limits at once', async () => {
    const input = { production: 90 * HOUR, test: null, development: HOUR, unknown: null }
    expect(await setLimits({ ctx: as(admin), input })).toMatchObject({ ok: true })
    expect((await retention()).past.map(({ name }) => name)).toEqual(['sandbox-167h'])
    await setLimits({
      ctx: as(admin),
      input: { production: 24 * HOUR, test: 72 * HOUR, development: 168 * HOUR, unknown: null },
    })
  })

  it('is told in short by the same figures, where there is a limit and a snapshot', async () => {
    const short = await listLimitShares({ ctx: as(viewer), input: {} })
    if (!short.ok) throw new Error(short.why.code)
    const { environments } = await retention()
    const limited = environments.filter(({ limitMillis, snapshots }) => limitMillis !== null && snapshots > 0)
    expect(limited.length).toBeGreaterThan(1)
    expect(short.value).toEqual(
      limited.map(({ environment, limitMillis, snapshots, past, withoutTime }) => ({
        environment,
        limitMillis,
        snapshots,
        past,
        withoutTime,
      })),
    )
    expect(short.value.reduce((sum, { past }) => sum + past, 0)).toBe((await retention()).pastTotal)
  })

  it('tells who holds one, and why', async () => {
    const [row] = (await retention()).past
    const held = await placeHold({
      ctx: as(operator),
      input: { snapshotId: row?.snapshotId ?? asId(''), note: 'audit' },
    })
    expect(held.ok).toBe(true)
    expect((await retention()).past[0]?.held).toMatchObject({ note: 'audit' })
  })
})

describe('who may say what guests are for', () => {
  beforeEach(() => read(tagged('shop', ['prod'], 25)))

  it('is not a viewer, and what an operator says is in the audit log', async () => {
    const input = { guestIds: [await idOf('shop')], environment: 'test' as const, owner: null }
    expect(await setEnvironment({ ctx: as(viewer), input })).toMatchObject({
      why: { code: 'forbidden', needs: 'operator' },
    })
    await setEnvironment({ ctx: as(operator), input })
    const [entry] = (await listAudit(web.store, { action: 'environment.set', limit: 1 })).entries
    expect(entry).toMatchObject({ subject: 'guest:shop', detail: { environment: 'test', owner: null } })
  })

  it('is not an operator where limits are concerned', async () => {
    const input = { production: null, test: null, development: null, unknown: null }
    expect(await setLimits({ ctx: as(operator), input })).toMatchObject({ why: { code: 'forbidden', needs: 'admin' } })
  })

  it('names what is not there', async () => {
    const input = { guestIds: [asId<GuestId>('nobody')], environment: null, owner: null }
    expect(await setEnvironment({ ctx: as(operator), input })).toMatchObject({
      why: { code: 'missing', what: 'guest' },
    })
  })
})
