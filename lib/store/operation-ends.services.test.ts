import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { asId, type OperationId, type StorageId } from '@/lib/domain/ids'
import type { OperationState } from '@/lib/domain/operation'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { anOperation, aScene, aStep, guestRef, type Scene } from '@/lib/worker/testing/execution'
import { openStore, type Store } from './client'
import { endRun, type RunEnd, takeSlots } from './operation-steps'
import { findOperation, requestCancel } from './operations'
import { withTransaction } from './tx'

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

const end = (state: RunEnd['state']): RunEnd => ({
  state,
  at: new Date().toISOString(),
  why: null,
  attention: null,
  actual: null,
  predictedMatches: null,
  spaceActual: [],
  verifications: [],
})

/** Three operations under one consent. */
async function aBatch(onFailure: 'stop' | 'continue'): Promise<{ batch: OperationId; children: OperationId[] }> {
  const scene: Scene = await aScene(store)
  const intent = { do: 'take', guestId: scene.guestId, memory: false, quiesce: false } as const
  const batch = asId<OperationId>(randomUUID())
  const children: OperationId[] = []
  for (let place = 0; place < 3; place += 1) children.push(await anOperation(scene, [], intent))
  await store.query(
    `INSERT INTO operations (id, plan_id, kind, intent, on_failure, guest_name, actor, asked_by, proposed_by, created_at)
     SELECT $1, plan_id, 'batch', jsonb_build_object('do', 'batch', 'intents', '[]'::jsonb, 'onFailure', $2::text), $2,
       'three', actor, asked_by, proposed_by, now() FROM operations WHERE id = $3`,
    [batch, onFailure, children[0]],
  )
  await store.query('UPDATE operations SET parent_id = $1 WHERE id = ANY($2)', [batch, children])
  return { batch, children }
}

const stateOf = async (id: OperationId): Promise<OperationState | undefined> => (await findOperation(store, id))?.state
const finish = (id: OperationId | undefined, state: RunEnd['state']) =>
  withTransaction(store, (tx) => endRun(tx, id ?? asId<OperationId>(''), end(state)))

describe('a batch', () => {
  test('that goes on ends with the worst of its ends', async () => {
    const { batch, children } = await aBatch('continue')
    await finish(children[0], 'succeeded')
    expect(await stateOf(batch)).toBe('running')
    await finish(children[1], 'failed')
    expect(await stateOf(batch)).toBe('running')
    await finish(children[2], 'needs-attention')
    expect(await findOperation(store, batch)).toMatchObject({
      state: 'needs-attention',
      finishedAt: expect.any(String),
    })
  })

  test('that stops begins nothing more after a failure, and asks what runs to end', async () => {
    const { batch, children } = await aBatch('stop')
    await store.query(`UPDATE operations SET state = 'running' WHERE id = $1`, [children[1]])
    await finish(children[0], 'failed')
    expect(await stateOf(children[2] as OperationId)).toBe('cancelled')
    expect(await findOperation(store, children[1] as OperationId)).toMatchObject({
      state: 'running',
      cancelRequestedBy: 'system:worker',
    })
    expect(await stateOf(batch)).toBe('running')
    await finish(children[1], 'cancelled')
    expect(await stateOf(batch)).toBe('failed')
  })

  test('many of whose operations end and are cancelled at once waits for nobody for ever', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { batch, children } = await aBatch('stop')
      const cancel = (id: OperationId) =>
        withTransaction(store, (tx) => requestCancel(tx, id, 'user:lin', new Date().toISOString()))
      await Promise.all([
        ...children.map((id, place) => finish(id, place === 1 ? 'failed' : 'succeeded')),
        cancel(batch),
        ...children.map(cancel),
      ])
      expect(['failed', 'cancelled']).toContain(await stateOf(batch))
    }
  })
})

describe('the parts of a batch', () => {
  test('come to a storage in the order of their plan, whoever is ready first', async () => {
    const scene: Scene = await aScene(store)
    const other = asId<StorageId>(randomUUID())
    const storage = asId<StorageId>(randomUUID())
    const intent = { do: 'take', guestId: scene.guestId, memory: false, quiesce: false } as const
    const step = (storages: StorageId[]) =>
      aStep(
        scene,
        { do: 'guest.power', guest: guestRef(scene), to: 'on', timeLimitMillis: 1000 },
        { after: { holds: 'always' }, storages },
      )
    const { batch } = await aBatch('continue')
    const first = await anOperation(scene, [step([]), step([storage])], intent)
    const second = await anOperation(scene, [step([storage])], intent)
    const stranger = await anOperation(scene, [step([storage])], intent)
    await store.query('UPDATE operations SET parent_id = $1, place = 10 WHERE id = $2', [batch, first])
    await store.query('UPDATE operations SET parent_id = $1, place = 11 WHERE id = $2', [batch, second])
    const takes = (id: OperationId, ...storages: StorageId[]) =>
      withTransaction(store, (tx) => takeSlots(tx, id, storages))
    expect(await takes(second, storage)).toBe(false)
    expect(await takes(second, other)).toBe(true)
    expect(await takes(stranger, storage), 'another consent waits for nobody').toBe(true)
    await finish(stranger, 'succeeded')
    expect(await takes(first, storage)).toBe(true)
    expect(await takes(second, storage)).toBe(false)
    await finish(first, 'succeeded')
    expect(await takes(second, storage)).toBe(true)
  })
})
