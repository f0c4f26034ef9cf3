import { randomUUID } from 'node:crypto'
import { lookup } from 'node:dns'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { OperationId, SnapshotId } from '@/lib/domain/ids'
import type { SingleIntent, Step } from '@/lib/domain/plan'
import type { ServiceProbeResult } from '@/lib/domain/service-probe'
import { openFakeHypervisor } from '@/lib/hypervisors/fake/adapter'
import { openStore, type Store } from '@/lib/store/client'
import { findOperation } from '@/lib/store/operations'
import { answerQuestion, takeQuestions } from '@/lib/store/questions'
import { openCollectRequests } from '@/lib/store/requests'
import { saveServiceProbe } from '@/lib/store/service-probes'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { storeCollection } from '@/lib/worker/store-collection'
import {
  anOperation,
  aScene,
  aStep,
  collectWhole,
  guestRef,
  IMPATIENT,
  Life,
  now,
  type Scene,
  takeOver,
  work,
} from '@/lib/worker/testing/execution'
import type { Context } from '../context'
import { lookAgain } from './look-again'

/** Nothing here takes long; a machine that does many things at once may. */
const STARVED = { timeout: 30_000 }

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

const contextOf = (role: 'viewer' | 'operator'): Context => {
  const actor: Actor = { kind: 'token', tokenId: role as never, name: role, role, userId: null }
  return { store, actor, now: now(), address: null, sessionId: null }
}

const deletion = (scene: Scene, name: string, proof: Step['proof'] = 'state'): Step =>
  aStep(
    scene,
    {
      do: 'snapshot.delete',
      guest: guestRef(scene),
      snapshot: { guest: guestRef(scene), nativeId: name, name },
      children: 'keep',
      how: 'whole',
    },
    { after: { holds: 'snapshot-absent', name }, proof },
  )

/** A deletion of two snapshots whose first task never came back. */
async function anOpenEnd(proof: Step['proof'] = 'state'): Promise<{ scene: Scene; id: OperationId }> {
  const scene = await aScene(store)
  for (const name of ['a', 'b', 'c']) scene.world.take(scene.nativeId, { name })
  await collectWhole(scene)
  const steps = [deletion(scene, 'a', proof), deletion(scene, 'b')]
  const intent = { do: 'delete', guestId: scene.guestId, snapshotIds: [], children: 'keep' } satisfies SingleIntent
  const id = await anOperation(scene, steps, intent, {
    snapshots: [{ name: 'c', parentName: null }],
    currentParentName: 'c',
    power: 'stopped',
  })
  scene.world.commandFaults = [{ on: 'any', fault: 'hang' }]
  await work(scene, id, new Life(), { patience: IMPATIENT })
  expect(await findOperation(store, id)).toMatchObject({ state: 'needs-attention', why: { code: 'hung' } })
  return { scene, id }
}

/** The worker: answers what is asked for with a reading that began afterwards. */
async function answerOne(scene: Scene): Promise<void> {
  const requests = await vi.waitFor(async () => {
    const open = await openCollectRequests(store, [scene.connectionId])
    expect(open).toHaveLength(1)
    return open
  }, STARVED)
  const lease = await takeOver(scene)
  const hypervisor = openFakeHypervisor(scene.world)
  const scope = { whole: false, guests: [scene.nativeId] } as const
  expect(requests[0]?.scope).toEqual(scope)
  const reading = { whole: false, guests: [...scope.guests] } as const
  const collection = await hypervisor.collect(
    { ...reading, guests: [...reading.guests] },
    { thorough: true },
    new AbortController().signal,
  )
  const stored = await storeCollection(store, {
    lease,
    collection,
    thorough: false,
    requests: requests.map(({ id }) => id),
    nextAttemptAt: now,
  })
  expect(stored.ok).toBe(true)
  await hypervisor.close()
}

async function look({ scene, id }: { scene: Scene; id: OperationId }) {
  const [answer] = await Promise.all([
    lookAgain({ ctx: contextOf('operator'), input: { id } }, STARVED.timeout),
    answerOne(scene),
  ])
  return answer
}

const audited = (id: OperationId) =>
  store.query<{ actor: string; detail: object }>(
    `SELECT actor, detail FROM audit WHERE subject = $1 AND action = 'operation.looked-again'`,
    [`operation:${id}`],
  )

test('what is proven by a fresh reading has succeeded, and the log says who looked', async () => {
  const open = await anOpenEnd()
  for (const name of ['a', 'b']) open.scene.world.delete(open.scene.nativeId, name)
  expect(await look(open)).toEqual({ ok: true, value: { state: 'succeeded', proven: 2 } })
  const operation = await findOperation(store, open.id)
  expect(operation).toMatchObject({ state: 'succeeded', why: null, attention: null, predictedMatches: true })
  // The second was never asked for: it was made so by somebody else.
  expect(operation?.steps.map(({ state }) => state)).toEqual(['done', 'already-so'])
  expect(operation?.verifications.find(({ what }) => what === 'state')?.result).toBe('pass')
  expect(await audited(open.id)).toMatchObject([{ actor: 'token:operator', detail: { state: 'succeeded', proven: 2 } }])
  expect(await lookAgain({ ctx: contextOf('operator'), input: { id: open.id } })).toMatchObject({
    why: { code: 'nothing-to-do' },
  })
})

test('what is half so keeps its attention, with what is so now', async () => {
  const open = await anOpenEnd()
  open.scene.world.delete(open.scene.nativeId, 'a')
  expect(await look(open)).toEqual({ ok: true, value: { state: 'needs-attention', proven: 1 } })
  const operation = await findOperation(store, open.id)
  expect(operation).toMatchObject({ state: 'needs-attention', attention: { evidence: { snapshots: ['b', 'c'] } } })
  expect(operation?.steps.map(({ state }) => state)).toEqual(['done', 'skipped'])
  expect(await audited(open.id)).toHaveLength(1)
})

test('an act that leaves no mark is never proven by a reading', async () => {
  const open = await anOpenEnd('act')
  for (const name of ['a', 'b']) open.scene.world.delete(open.scene.nativeId, name)
  expect(await look(open)).toMatchObject({ value: { state: 'needs-attention' } })
})

test('a guest that went is told, and nothing is called done', async () => {
  const open = await anOpenEnd()
  open.scene.world.guests.delete(open.scene.nativeId)
  expect(await look(open)).toMatchObject({ value: { state: 'needs-attention', proven: 0 } })
  expect((await findOperation(store, open.id))?.attention?.evidence).toMatchObject({ guest: 'gone' })
})

test('who may not change the guest may not close its operation, and silence is no answer', async () => {
  const { id } = await anOpenEnd()
  const asked = { ctx: contextOf('viewer'), input: { id } }
  expect(await lookAgain(asked)).toMatchObject({ why: { code: 'forbidden', needs: 'operator' } })
  const unanswered = await lookAgain({ ctx: contextOf('operator'), input: { id } }, 100)
  expect(unanswered).toMatchObject({ why: { code: 'not-collected-in-time' } })
  expect(await findOperation(store, id)).toMatchObject({ state: 'needs-attention' })
  expect(await lookAgain({ ctx: contextOf('operator'), input: { id: randomUUID() as OperationId } })).toMatchObject({
    why: { code: 'missing' },
  })
})

/** A rollback that worked, of a guest whose service did not answer. */
async function aSilentService(): Promise<{ scene: Scene; id: OperationId }> {
  const scene = await aScene(store, { power: 'running' })
  scene.world.take(scene.nativeId, { name: 'a', memory: true })
  await collectWhole(scene)
  const [snapshot] = await store.query<{ id: SnapshotId }>('SELECT id FROM snapshots WHERE guest_id = $1', [
    scene.guestId,
  ])
  const guest = guestRef(scene)
  const back = aStep(
    scene,
    {
      do: 'snapshot.rollback',
      guest,
      snapshot: { guest, nativeId: 'a', name: 'a' },
      powerAfter: 'as-saved',
      force: false,
    },
    { after: { holds: 'current-parent', name: 'a' }, proof: 'act' },
  )
  const intent = {
    do: 'rollback',
    guestId: scene.guestId,
    snapshotId: snapshot?.id as SnapshotId,
  } satisfies SingleIntent
  const id = await anOperation(scene, [back], intent, {
    snapshots: [{ name: 'a', parentName: null }],
    currentParentName: 'a',
    power: 'running',
  })
  // Nobody listens there, and nobody is given that port meanwhile.
  const probe = { kind: 'tcp', host: '127.0.0.1', port: 1, withinMillis: 1 } as const
  await withTransaction(store, (tx) => saveServiceProbe(tx, scene.guestId, { probe, by: 'user:lin', at: now() }))
  await work(scene, id, new Life(), { reach: { lookup, forbids: () => false } })
  expect(await findOperation(store, id)).toMatchObject({ state: 'needs-attention', why: { code: 'probe-failed' } })
  return { scene, id }
}

/** The worker: answers both questions that looking at a rollback again puts. */
async function answerTwo(scene: Scene, found: ServiceProbeResult): Promise<void> {
  let left = 2
  await vi.waitFor(async () => {
    for (const question of await takeQuestions(store, [scene.connectionId])) {
      const saved = scene.world.guests.get(scene.nativeId)?.snapshots[0]?.saved.shown ?? {}
      await answerQuestion(store, question.id, {
        ok: true,
        value: question.kind === 'service-probe' ? found : saved,
      })
      left -= 1
    }
    expect(left).toBe(0)
  }, STARVED)
}

test('a service that was silent is asked again through the worker: still silent stays open, answering closes it', async () => {
  const silent = await aSilentService()
  const { why } = (await findOperation(store, silent.id)) ?? {}
  if (why == null) throw new Error('no reason')
  const [still] = await Promise.all([look(silent), answerTwo(silent.scene, { result: 'fail', why })])
  expect(still).toEqual({ ok: true, value: { state: 'needs-attention', proven: 0 } })
  const [now] = await Promise.all([look(silent), answerTwo(silent.scene, { result: 'pass', tookMillis: 3 })])
  expect(now).toEqual({ ok: true, value: { state: 'succeeded', proven: 0 } })
  const operation = await findOperation(store, silent.id)
  expect(operation).toMatchObject({ state: 'succeeded', why: null, attention: null })
  const probes = operation?.verifications.filter(({ what }) => what === 'probe').map(({ result }) => result)
  expect(probes).toEqual(['fail', 'fail', 'pass'])
  expect(operation?.verifications.findLast(({ what }) => what === 'configuration')?.result).toBe('pass')
}, 60_000)
