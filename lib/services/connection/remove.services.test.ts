import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SingleIntent, Step } from '@/lib/domain/plan'
import { openStore, type Store } from '@/lib/store/client'
import { findOperation } from '@/lib/store/operations'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { anOperation, aScene, aStep, collectWhole, guestRef, Life, now, work } from '@/lib/worker/testing/execution'
import type { Context } from '../context'
import { removeConnection } from './remove'

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

test('a connection that is removed leaves no operation that never ends', async () => {
  const scene = await aScene(store)
  for (const name of ['a', 'b', 'c']) scene.world.take(scene.nativeId, { name })
  await collectWhole(scene)
  const deletion = (name: string): Step =>
    aStep(
      scene,
      {
        do: 'snapshot.delete',
        guest: guestRef(scene),
        snapshot: { guest: guestRef(scene), nativeId: name, name },
        children: 'keep',
        how: 'whole',
      },
      { after: { holds: 'snapshot-absent', name } },
    )
  const intent = { do: 'delete', guestId: scene.guestId, snapshotIds: [], children: 'keep' } satisfies SingleIntent
  const running = await anOperation(scene, [deletion('a'), deletion('b')], intent)
  const queued = await anOperation(scene, [deletion('c')], intent)
  const actor = { kind: 'local', osUser: 'lin', role: 'admin' } as const
  const ctx: Context = { store, actor, now: now(), address: null, sessionId: null }
  // While the first command is under way: it was taken, and nobody knows yet how it ends.
  const life = new Life()
  life.meanwhile = async () => {
    expect(await removeConnection({ ctx, input: { id: scene.connectionId } })).toMatchObject({ ok: true })
  }
  expect(await work(scene, running, life)).toBe('left')
  expect(await findOperation(store, queued)).toMatchObject({ state: 'cancelled', why: { code: 'cancelled' } })
  const unsure = await findOperation(store, running)
  expect(unsure).toMatchObject({
    state: 'needs-attention',
    why: { code: 'missing', what: 'connection' },
    attention: { evidence: { asked: 'snapshot.delete' } },
  })
  expect(unsure?.steps.map(({ state }) => state)).toEqual(['unsure', 'skipped'])
  const ended = await store.query<{ subject: string; actor: string }>(
    `SELECT subject, actor FROM audit WHERE action = 'operation.ended' ORDER BY seq`,
  )
  expect(ended).toEqual([queued, running].map((id) => ({ subject: `operation:${id}`, actor: 'local:lin' })))
})
