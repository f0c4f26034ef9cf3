/** What a rollback is held to beyond its steps: the configuration of then, and a service that answers again. */
import { lookup } from 'node:dns'
import { createServer, type Server } from 'node:http'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import type { OperationId } from '@/lib/domain/ids'
import type { Operation, Verification } from '@/lib/domain/operation'
import type { SingleIntent, Step } from '@/lib/domain/plan'
import type { ServiceProbe } from '@/lib/domain/service-probe'
import { MINUTE, SECOND } from '@/lib/domain/units'
import { openStore, type Store } from '@/lib/store/client'
import { findOperation, requestCancel } from '@/lib/store/operations'
import { saveServiceProbe } from '@/lib/store/service-probes'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { anOperation, aScene, aStep, collectWhole, guestRef, Life, now, type Scene, work } from './testing/execution'

let database: TestDatabase
let store: Store
const servers: Server[] = []

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 12 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A service on loopback that answers with these statuses in turn, the last one ever after. */
async function aService(...statuses: number[]): Promise<{ probe: ServiceProbe; asked: () => number }> {
  let asked = 0
  const server = createServer((_request, response) => {
    response.writeHead(statuses[Math.min(asked, statuses.length - 1)] ?? 200).end()
    asked += 1
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const url = `http://127.0.0.1:${address.port}/health`
  return {
    probe: { kind: 'http', url, expectedStatus: 200, anyCertificate: false, withinMillis: 10 * MINUTE },
    asked: () => asked,
  }
}

const HERE = { reach: { lookup, forbids: () => false } }

async function aRollback(probe: ServiceProbe | null, start = true): Promise<{ scene: Scene; id: OperationId }> {
  const scene = await aScene(store)
  scene.world.take(scene.nativeId, { name: 'a' })
  await collectWhole(scene)
  if (probe !== null) {
    await withTransaction(store, (tx) => saveServiceProbe(tx, scene.guestId, { probe, by: 'user:lin', at: now() }))
  }
  const guest = guestRef(scene)
  const back: Step = aStep(
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
  const on: Step = aStep(
    scene,
    { do: 'guest.power', guest, to: 'on', timeLimitMillis: 1000 },
    { after: { holds: 'power', in: ['running'] } },
  )
  const intent: SingleIntent = { do: 'rollback', guestId: scene.guestId, snapshotId: '' as never }
  const predicted = {
    snapshots: [{ name: 'a', parentName: null }],
    currentParentName: 'a',
    power: start ? ('running' as const) : ('stopped' as const),
  }
  return { scene, id: await anOperation(scene, start ? [back, on] : [back], intent, predicted) }
}

async function ended(id: OperationId): Promise<Operation> {
  const operation = await findOperation(store, id)
  if (operation === null) throw new Error('no operation')
  return operation
}
const verified = async (id: OperationId, what: Verification['what']) =>
  (await ended(id)).verifications.filter((each) => each.what === what)

test('a service that comes up in its time: done, and both proofs are kept', async () => {
  const { probe, asked } = await aService(503, 503, 200)
  const { scene, id } = await aRollback(probe)
  expect(await work(scene, id, new Life(), HERE)).toBe('ended')
  expect(await ended(id)).toMatchObject({ state: 'succeeded', why: null, attention: null })
  const target = probe.kind === 'http' ? probe.url : ''
  expect(await verified(id, 'probe')).toMatchObject([{ result: 'pass', text: target }])
  expect(await verified(id, 'configuration')).toMatchObject([{ result: 'pass', text: '' }])
  expect(asked()).toBe(3)
})

test('a service that does not answer as it should needs a look, and the guest is not rolled back again', async () => {
  const { probe } = await aService(500)
  const { scene, id } = await aRollback({ ...probe, withinMillis: 1 })
  await work(scene, id, new Life(), HERE)
  const why = { code: 'probe-failed', problem: 'status', status: 500 }
  const operation = await ended(id)
  expect(operation).toMatchObject({ state: 'needs-attention', why, predictedMatches: true })
  expect(operation.steps.map(({ state }) => state)).toEqual(['done', 'done'])
  expect(operation.attention?.moves.map(({ move }) => move)).toEqual(['look-again', 'accept'])
  expect(await verified(id, 'probe')).toMatchObject([{ result: 'fail', why }])
})

test('what was not asked is said to be unknown: a guest that stays off, an address that may not be asked', async () => {
  const { probe, asked } = await aService(200)
  const off = await aRollback(probe, false)
  await work(off.scene, off.id, new Life(), HERE)
  expect(await ended(off.id)).toMatchObject({ state: 'succeeded' })
  expect(await verified(off.id, 'probe')).toMatchObject([
    { result: 'unknown', why: { code: 'probe-skipped', because: 'guest-off' } },
  ])
  // Without the tests' own reach: loopback is this machine.
  const here = await aRollback(probe)
  await work(here.scene, here.id)
  expect(await verified(here.id, 'probe')).toMatchObject([{ result: 'unknown', why: { code: 'probe-forbidden' } }])
  expect(asked()).toBe(0)
})

test('who does not want to wait ends the waiting, not the rollback', async () => {
  const { probe, asked } = await aService(503)
  const { scene, id } = await aRollback(probe)
  const working = work(scene, id, new Life(), {
    ...HERE,
    pause: async (millis) => {
      if (asked() > 0) await withTransaction(store, (tx) => requestCancel(tx, id, 'user:lin', now()))
      await new Promise((resolve) => setTimeout(resolve, millis))
    },
  })
  expect(await working).toBe('ended')
  expect(await ended(id)).toMatchObject({ state: 'succeeded' })
  expect(await verified(id, 'probe')).toMatchObject([
    { result: 'unknown', why: { code: 'probe-skipped', because: 'stopped' } },
  ])
})

test('a worker that dies while it waits: the next one asks anew, and nothing was rolled back twice', async () => {
  const { probe, asked } = await aService(503)
  const { scene, id } = await aRollback(probe)
  const died = new AbortController()
  const first = await work(scene, id, new Life(), {
    ...HERE,
    signal: died.signal,
    pause: async (millis) => {
      if (asked() > 0) died.abort()
      await new Promise((resolve) => setTimeout(resolve, millis))
    },
  })
  expect(first).toBe('left')
  expect((await ended(id)).steps.at(-1)).toMatchObject({ state: 'verifying', why: { code: 'probe-failed' } })
  const before = asked()
  const { probe: better } = await aService(200)
  await withTransaction(store, (tx) =>
    saveServiceProbe(tx, scene.guestId, { probe: better, by: 'user:lin', at: now() }),
  )
  expect(await work(scene, id, new Life(), HERE)).toBe('ended')
  expect(await ended(id)).toMatchObject({ state: 'succeeded', why: null })
  expect(asked()).toBe(before)
  expect([...scene.world.tasks.values()].map(({ command }) => command.do)).toEqual(['snapshot.rollback', 'guest.power'])
})

test('a configuration that is not the snapshot’s needs a look, with what differs', async () => {
  const { scene, id } = await aRollback(null)
  await work(scene, id, new Life(), {
    configurationAt: async () => ({ ok: true, value: { cpus: '64' } }),
  })
  const operation = await ended(id)
  expect(operation).toMatchObject({ state: 'needs-attention', why: { code: 'not-as-predicted' } })
  expect(operation.why).toMatchObject({
    differences: expect.arrayContaining([{ differs: 'configuration', key: 'cpus', found: '2', expected: '64' }]),
  })
  expect((await verified(id, 'configuration'))[0]?.result).toBe('fail')
})

test('a configuration that could not be read is unknown, and no success is taken back for it', async () => {
  const { scene, id } = await aRollback(null)
  await work(scene, id, new Life(), {
    configurationAt: async () => ({ ok: false, why: { code: 'hung', silentForMillis: 20 * SECOND } }),
  })
  expect(await ended(id)).toMatchObject({ state: 'succeeded' })
  expect(await verified(id, 'configuration')).toMatchObject([{ result: 'unknown', why: { code: 'hung' } }])
})
