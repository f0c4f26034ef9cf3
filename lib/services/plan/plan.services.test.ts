import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { asId, type GuestId, type OperationId, type PlanId, type SnapshotId } from '@/lib/domain/ids'
import type { Plan, PlanView } from '@/lib/domain/plan'
import { openStore, type Store } from '@/lib/store/client'
import { attention } from '@/lib/store/inventory-attention'
import { findOperation } from '@/lib/store/operations'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { aScene, collectWhole, type Scene } from '@/lib/worker/testing/execution'
import type { Context } from '../context'
import { setEnvironment } from '../environment/set'
import { placeHold } from '../hold/place'
import { releaseHold } from '../hold/release'
import { cancelOperation } from '../operation/cancel'
import { retryOperation } from '../operation/retry'
import { confirmPlan } from './confirm'
import { proposePlan } from './propose'

let database: TestDatabase
let store: Store

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 12 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})

const contextOf = (role: 'viewer' | 'operator' | 'admin', over: Partial<Context> = {}): Context => {
  const actor: Actor = { kind: 'token', tokenId: role as never, name: role, role, userId: null }
  return { store, actor, now: new Date().toISOString(), address: null, sessionId: null, ...over }
}

const snapshotIds = async ({ guestId }: Scene): Promise<SnapshotId[]> =>
  (
    await store.query<{ id: SnapshotId }>('SELECT id FROM snapshots WHERE guest_id = $1 ORDER BY created_at, name', [
      guestId,
    ])
  ).map(({ id }) => id)

async function withSnapshots(...names: string[]): Promise<{ scene: Scene; ids: SnapshotId[] }> {
  const scene = await aScene(store)
  for (const name of names) scene.world.take(scene.nativeId, { name })
  await collectWhole(scene)
  return { scene, ids: await snapshotIds(scene) }
}

const propose = async (guestId: GuestId, ids: SnapshotId[], ctx = contextOf('viewer')): Promise<PlanView> => {
  const made = await proposePlan({
    ctx,
    input: { intent: { do: 'delete', guestId, snapshotIds: ids, children: 'keep' } },
  })
  if (!made.ok) throw new Error(made.why.code)
  return made.value
}
const planOf = ({ planned }: PlanView): Plan => {
  if (planned.kind !== 'plan')
    throw new Error(
      `impossible: ${JSON.stringify([planned.why, planned.checks.filter(({ verdict }) => verdict !== 'pass')])}`,
    )
  return planned.plan
}
const consent = ({ id, digest, consent: how, consentText }: Plan) => ({
  id,
  digest,
  ...(how === 'type-name' ? { typedName: consentText } : {}),
})
const actions = async (subject: string) =>
  (
    await store.query<{ action: string; actor: string }>(
      'SELECT action, actor FROM audit WHERE subject = $1 ORDER BY seq',
      [subject],
    )
  ).map(({ action, actor }) => `${actor} ${action}`)

describe('a plan', () => {
  test('is confirmed once, by somebody who may; proposer and confirmer are both written down', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    const input = consent(plan)
    expect(await confirmPlan({ ctx: contextOf('viewer'), input })).toMatchObject({
      ok: false,
      why: { code: 'forbidden', needs: 'operator' },
    })
    const both = await Promise.all([
      confirmPlan({ ctx: contextOf('operator'), input }),
      confirmPlan({ ctx: contextOf('admin'), input }),
    ])
    const [won] = both.flatMap((each) => (each.ok && each.value.result === 'confirmed' ? [each.value.operationId] : []))
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect(both.find(({ ok }) => !ok)).toMatchObject({ why: { code: 'already-confirmed', operationId: won } })
    expect(await confirmPlan({ ctx: contextOf('operator'), input })).toMatchObject({
      why: { code: 'already-confirmed', operationId: won },
    })
    const operation = await findOperation(store, won as OperationId)
    expect(operation).toMatchObject({ state: 'queued', proposedBy: 'token:viewer', guestName: 'web' })
    expect(operation?.steps.map(({ state }) => state)).toContain('waiting')
    expect((await actions(`plan:${plan.id}`)).map((each) => each.replace(/operator|admin/, 'x'))).toEqual([
      'token:viewer plan.proposed',
      'token:x plan.confirmed',
    ])
  })

  test('is told as confirmed to whoever comes second, also when the operation has moved the world by then', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    const input = consent(plan)
    const confirmedBetween = async () => {
      const first = await confirmPlan({ ctx: contextOf('operator'), input })
      if (!first.ok || first.value.result !== 'confirmed') throw new Error(JSON.stringify(first))
      return first.value.operationId
    }
    let first: OperationId | null = null
    const late: Store = {
      ...store,
      query: async (text, values) => {
        const rows = await store.query(text, values)
        if (first === null && text.includes('plan_confirmations')) first = await confirmedBetween()
        return rows as never
      },
    }
    const second = await confirmPlan({ ctx: contextOf('admin', { store: late }), input })
    expect(second).toMatchObject({ ok: false, why: { code: 'already-confirmed', operationId: first } })
    expect(await store.query('SELECT 1 FROM plans WHERE guest_ids @> $1', [[scene.guestId]])).toHaveLength(1)
  })

  test('is changed when the world moved, and the new one is stored to be confirmed', async () => {
    const { scene, ids } = await withSnapshots('a', 'b', 'c')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 2)))
    scene.world.delete(scene.nativeId, 'a')
    await collectWhole(scene)
    const answer = await confirmPlan({ ctx: contextOf('operator'), input: consent(plan) })
    if (!answer.ok || answer.value.result !== 'changed') throw new Error(JSON.stringify(answer))
    expect(await store.query('SELECT 1 FROM operations WHERE plan_id = $1', [plan.id])).toEqual([])
    const again = answer.value.plan.planned
    const id = again.kind === 'plan' ? again.plan.id : again.id
    expect(await store.query('SELECT 1 FROM plans WHERE id = $1', [id])).toHaveLength(1)
  })

  test('expires, is missing, needs its consent and its digest', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    const ctx = contextOf('operator')
    const later = contextOf('operator', { now: new Date(Date.parse(plan.validUntil) + 1).toISOString() })
    expect(await confirmPlan({ ctx: later, input: consent(plan) })).toMatchObject({ why: { code: 'expired' } })
    expect(await confirmPlan({ ctx, input: { ...consent(plan), id: 'none' as PlanId } })).toMatchObject({
      why: { code: 'missing', what: 'plan' },
    })
    expect(await confirmPlan({ ctx, input: { ...consent(plan), digest: '' } })).toMatchObject({
      why: { code: 'invalid' },
    })
    expect(await confirmPlan({ ctx, input: { ...consent(plan), digest: 'other' } })).toMatchObject({
      value: { result: 'changed' },
    })
    if (plan.consent === 'type-name') {
      expect(await confirmPlan({ ctx, input: { id: plan.id, digest: plan.digest } })).toMatchObject({
        why: { code: 'consent-missing', text: plan.consentText },
      })
    }
  })

  test('takes no snapshot that would be past its expiry at once', async () => {
    const { scene } = await withSnapshots()
    const ctx = contextOf('operator')
    const take = (offset: number) =>
      ({
        do: 'take',
        guestId: scene.guestId,
        memory: false,
        quiesce: false,
        expiresAt: new Date(Date.parse(ctx.now) + offset).toISOString(),
      }) as const
    const path = 'intent.expiresAt'
    expect(await proposePlan({ ctx, input: { intent: take(-1) } })).toMatchObject({
      why: { code: 'invalid', errors: [{ path, message: 'is over already' }] },
    })
    const batch = { do: 'batch' as const, intents: [take(60_000), take(0)], onFailure: 'stop' as const }
    expect(await proposePlan({ ctx, input: { intent: batch } })).toMatchObject({
      why: { code: 'invalid', errors: [{ path: 'intent.intents.1.expiresAt' }] },
    })
    expect(await proposePlan({ ctx, input: { intent: take(60_000) } })).toMatchObject({ ok: true })
  })

  test('is never possible where a connection only observes, and none of a guest that is not there', async () => {
    const { scene, ids } = await withSnapshots('a')
    await store.query(`UPDATE connections SET mode = 'observe' WHERE id = $1`, [scene.connectionId])
    const { planned } = await propose(scene.guestId, ids)
    expect(planned).toMatchObject({ kind: 'impossible', why: [{ code: 'observe-only' }] })
    const ctx = contextOf('operator')
    const intent = { do: 'take', guestId: 'none' as GuestId, memory: false, quiesce: false } as const
    expect(await proposePlan({ ctx, input: { intent } })).toMatchObject({ ok: false, why: { code: 'missing' } })
  })

  test('of a guest that was put into production meanwhile asks for more than a click', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const ctx = contextOf('operator')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    expect(plan.consent).toBe('click')
    const said = { guestIds: [scene.guestId], environment: 'production', owner: null } as const
    expect(await setEnvironment({ ctx, input: { ...said, guestIds: [...said.guestIds] } })).toMatchObject({ ok: true })
    const answer = await confirmPlan({ ctx, input: consent(plan) })
    expect(answer).toMatchObject({
      ok: true,
      value: { result: 'changed', plan: { planned: { plan: { digest: plan.digest, consent: 'type-name' } } } },
    })
    expect(await store.query('SELECT 1 FROM operations WHERE plan_id = $1', [plan.id])).toEqual([])
  })

  test('passes over a check only for an administrator, by name', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const intent = { do: 'delete', guestId: scene.guestId, snapshotIds: ids.slice(0, 1), children: 'keep' } as const
    const made = await proposePlan({
      ctx: contextOf('admin'),
      input: { intent: { ...intent, override: ['not-held'] } },
    })
    if (!made.ok) throw new Error(made.why.code)
    const plan = planOf(made.value)
    expect(await confirmPlan({ ctx: contextOf('operator'), input: consent(plan) })).toMatchObject({
      why: { code: 'forbidden', needs: 'admin' },
    })
    expect(await confirmPlan({ ctx: contextOf('admin'), input: consent(plan) })).toMatchObject({ ok: true })
    expect(await actions(`plan:${plan.id}`)).toContain('token:admin plan.overridden')
  })

  test('that rests on a fact nobody could read is never confirmed as it stands', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    const unread = {
      id: 'base-not-shared',
      guestId: scene.guestId,
      verdict: 'unknown',
      by: 'guard',
      evidence: {},
    } as const
    const blind = { ...plan, id: asId<PlanId>(randomUUID()), checks: [{ ...unread, overridden: false }] }
    await withTransaction(store, (tx) => insertPlan(tx, { kind: 'plan', plan: blind }, 'token:viewer'))
    expect(await confirmPlan({ ctx: contextOf('admin'), input: consent(blind) })).toMatchObject({
      why: { code: 'check-blocked', checks: ['base-not-shared'] },
    })
    expect(await store.query('SELECT 1 FROM operations WHERE plan_id = $1', [blind.id])).toEqual([])
  })
})

describe('a hold', () => {
  test('protects until it is released; it does not pass to a snapshot of the same name', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const [first] = ids
    if (first === undefined) throw new Error('no snapshot')
    const ctx = contextOf('operator')
    expect(await placeHold({ ctx: contextOf('viewer'), input: { snapshotId: first, note: '' } })).toMatchObject({
      why: { code: 'forbidden' },
    })
    expect(await placeHold({ ctx, input: { snapshotId: first, note: 'audit' } })).toMatchObject({ ok: true })
    expect(await placeHold({ ctx, input: { snapshotId: first, note: '' } })).toMatchObject({ why: { code: 'held' } })
    expect((await propose(scene.guestId, [first])).planned).toMatchObject({ kind: 'impossible' })
    expect(await releaseHold({ ctx, input: { snapshotId: first } })).toMatchObject({ ok: true })
    expect((await propose(scene.guestId, [first])).planned).toMatchObject({ kind: 'plan' })
  })

  test('whose snapshot was deleted elsewhere is announced once', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const [first] = ids
    if (first === undefined) throw new Error('no snapshot')
    await placeHold({ ctx: contextOf('operator'), input: { snapshotId: first, note: 'audit' } })
    await collectWhole(scene)
    scene.world.delete(scene.nativeId, 'a')
    await collectWhole(scene)
    await collectWhole(scene)
    const lost = await store.query<{ detail: object }>(
      `SELECT detail FROM audit WHERE action = 'hold.lost' AND detail->>'placedBy' = 'token:operator'`,
    )
    expect(lost).toEqual([{ detail: { snapshot: 'a', placedBy: 'token:operator' } }])
    const { items } = await attention(store, new Date().toISOString())
    expect(items.filter(({ because }) => because.what === 'hold-lost')).toMatchObject([
      { severity: 'critical', because: { guestId: scene.guestId, snapshot: 'a', by: 'token:operator' } },
    ])
  })
})

describe('an operation', () => {
  test('that has not begun is cancelled at once, and what it left is planned anew', async () => {
    const { scene, ids } = await withSnapshots('a', 'b')
    const plan = planOf(await propose(scene.guestId, ids.slice(0, 1)))
    const ctx = contextOf('operator')
    const confirmed = await confirmPlan({ ctx, input: consent(plan) })
    if (!confirmed.ok || confirmed.value.result !== 'confirmed') throw new Error(JSON.stringify(confirmed))
    const id = confirmed.value.operationId
    expect(await retryOperation({ ctx, input: { id } })).toMatchObject({ why: { code: 'operation-running' } })
    expect(await cancelOperation({ ctx: contextOf('viewer'), input: { id } })).toMatchObject({
      why: { code: 'forbidden' },
    })
    expect(await cancelOperation({ ctx, input: { id } })).toMatchObject({ ok: true })
    expect(await findOperation(store, id)).toMatchObject({ state: 'cancelled', why: { code: 'cancelled' } })
    expect(await cancelOperation({ ctx, input: { id } })).toMatchObject({ why: { code: 'nothing-to-do' } })
    const again = await retryOperation({ ctx, input: { id } })
    expect(again).toMatchObject({ ok: true, value: { planned: { kind: 'plan' } } })
  })
})
