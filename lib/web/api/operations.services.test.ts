import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '@/lib/domain/permission'
import { openConnection } from '@/lib/hypervisors/registry'
import { setMode } from '@/lib/services/connection/set-mode'
import { addDemo } from '@/lib/services/demo/add'
import { createToken } from '@/lib/services/token/create'
import { findConnectionByName } from '@/lib/store/connections'
import { waitFor } from '@/lib/store/wait-for'
import { type RunningWorker, startWorker } from '@/lib/worker/worker'
import { openTestWeb, type TestWeb } from '../testing/web'
import { defineApi } from './define-api'
import { ENDPOINTS } from './openapi'
import { openOperationEvents } from './operation-events'

let web: TestWeb
let worker: RunningWorker
const tokens: Partial<Record<Role, string>> = {}

beforeAll(async () => {
  web = await openTestWeb()
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const { actor } = await web.addUser(role)
    const made = await createToken({ ctx: web.contextOf(actor), input: { name: role, role, days: 1 } })
    if (made.ok) tokens[role] = made.value.secret
  }
  const ctx = web.contextOf((await web.addUser('admin')).actor)
  await addDemo({ ctx, input: {} })
  const connection = await findConnectionByName(web.store, 'pve-sh')
  if (connection === null) throw new Error('no demo')
  await setMode({ ctx, input: { id: connection.id, mode: 'operate' } })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  worker = startWorker({ store: web.store, log, open: (id) => openConnection(web.store, id) })
})
afterAll(async () => {
  await worker.stop()
  await web.close()
})

async function call(
  id: string,
  asked: { role?: Role; params?: Record<string, string>; query?: string; body?: unknown },
) {
  const endpoint = ENDPOINTS.find((each) => each.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const request = new Request(`http://x/api/v1${endpoint.path}${asked.query ?? ''}`, {
    method: endpoint.method,
    headers: { authorization: `Bearer ${tokens[asked.role ?? 'operator']}` },
    ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
  })
  const response = await defineApi(endpoint)(request, { params: Promise.resolve(asked.params ?? {}) })
  if (response.headers.get('content-type')?.startsWith('text/event-stream')) return { response, body: null }
  const body = await response.json()
  if (response.ok) expect(endpoint.answer?.parse(body)).toEqual(body)
  return { response, body }
}

/** One stopped machine of a connection, by its place among them. */
async function aGuest(connection: string, place = 0): Promise<string> {
  const found = await waitFor<string>(100_000, undefined, async () => {
    const [row] = await web.store.query<{ id: string }>(
      `SELECT g.id FROM guests g JOIN connections c ON c.id = g.connection_id WHERE c.name = $1 AND g.kind = 'vm'
         AND g.power = 'stopped' AND g.capabilities->'snapshot.internal'->>'ok' = 'true' ORDER BY g.name OFFSET $2 LIMIT 1`,
      [connection, place],
    )
    return row === undefined ? null : { ok: true, value: row.id }
  })
  if (!found.ok) throw new Error(`no guest on ${connection}`)
  return found.value
}

describe('plans and operations of the public API', () => {
  it('plan, confirm, follow to the end, and tell predicted beside actual', async () => {
    const guestId = await aGuest('pve-sh')
    const intent = { do: 'take', guestId, name: 'from_the_api', memory: false, quiesce: false }
    const planned = await call('createPlan', { role: 'viewer', body: { intent } })
    expect([planned.response.status, planned.body.kind, planned.body.why]).toEqual([201, 'plan', []])
    const { id, digest, steps } = planned.body
    expect(steps.map((step: { do: string }) => step.do)).toEqual(['snapshot.take'])
    expect((await call('getPlan', { params: { id } })).body).toEqual(planned.body)
    const denied = await call('confirmPlan', { role: 'viewer', params: { id }, body: { digest } })
    expect([denied.response.status, denied.body.code]).toEqual([403, 'forbidden'])
    const changed = await call('confirmPlan', { params: { id }, body: { digest: 'another' } })
    expect([changed.response.status, changed.body.code, changed.body.plan.kind]).toEqual([409, 'changed', 'plan'])
    const confirmed = await call('confirmPlan', { params: { id }, body: { digest } })
    // The worker may have begun, or ended, before the answer was put together.
    expect(confirmed.response.status).toBe(202)
    expect(['queued', 'running', 'succeeded']).toContain(confirmed.body.state)
    const again = await call('confirmPlan', { params: { id }, body: { digest } })
    expect([again.response.status, again.body.code]).toEqual([409, 'already-confirmed'])
    expect(again.body.operationId).toBe(confirmed.body.id)
    const { response } = await call('followOperation', { params: { id: confirmed.body.id } })
    const told = await response.text()
    const places = [...told.matchAll(/^id: (\d+)$/gm)].map(([, place]) => Number(place))
    expect(places).toEqual(places.map((_, index) => index + 1))
    expect(told).toMatch(/event: state\ndata: .*"succeeded"/)
    const resumed = await call('followOperation', { params: { id: confirmed.body.id }, query: '?after=2' })
    expect(await resumed.response.text()).not.toMatch(/^id: [12]$/m)
    const done = await call('getOperation', { params: { id: confirmed.body.id } })
    expect(done.body).toMatchObject({ state: 'succeeded', predictedMatches: true, steps: [{ state: 'done' }] })
    expect(done.body.actual).toEqual(done.body.predicted)
    const list = await call('listOperations', { query: '?state=succeeded&limit=1' })
    expect(list.body.items.map((item: { id: string }) => item.id)).toContain(confirmed.body.id)
    const late = await call('cancelOperation', { params: { id: confirmed.body.id } })
    expect([late.response.status, late.body.code]).toEqual([409, 'nothing-to-do'])
  })

  it('are found by guest, snapshot, person, kind and connection, a batch by any of its guests', async () => {
    const [one, other] = await Promise.all([aGuest('pve-sh'), aGuest('pve-sh', 1)])
    const take = (guestId: string, name: string) => ({ do: 'take', guestId, name, memory: false, quiesce: false })
    const intent = { do: 'batch', onFailure: 'continue', intents: [take(one, 'found_one'), take(other, 'found_two')] }
    const { id, digest } = (await call('createPlan', { body: { intent } })).body
    const batch = (await call('confirmPlan', { params: { id }, body: { digest } })).body.id
    await (await call('followOperation', { params: { id: batch } })).response.text()
    const ids = async (query: string): Promise<string[]> =>
      (await call('listOperations', { query })).body.items.map((item: { id: string }) => item.id)
    const connection = (await findConnectionByName(web.store, 'pve-sh'))?.id
    for (const query of ['?q=FOUND_two', '?kind=take', '?kind=batch', `?connection=${connection}&q=found_one`])
      expect(await ids(query), query).toContain(batch)
    for (const query of ['?q=found_three', '?kind=delete', '?q=found_one&kind=rollback'])
      expect(await ids(query), query).not.toContain(batch)
  })

  it('is impossible on a connection that only observes', async () => {
    const guestId = await aGuest('kvm-gz-01')
    const intent = { do: 'take', guestId, memory: false, quiesce: false }
    const { response, body } = await call('createPlan', { body: { intent } })
    expect([response.status, body.kind, body.why[0].code]).toEqual([201, 'impossible', 'observe-only'])
    expect([body.digest, body.steps, body.validUntil]).toEqual([null, null, null])
    const refused = await call('confirmPlan', { params: { id: body.id }, body: { digest: 'x' } })
    expect([refused.response.status, refused.body.code]).toEqual([409, 'observe-only'])
  })

  it('says what is wrong with an intent, by field', async () => {
    const { response, body } = await call('createPlan', { body: { intent: { do: 'delete', guestId: 'x' } } })
    expect(response.status).toBe(422)
    expect(body.errors[0].path).toMatch(/^intent/)
  })

  it('are followed only while the token that asked is good', async () => {
    const guestId = await aGuest('pve-sh')
    const intent = { do: 'take', guestId, name: 'never_begun', memory: false, quiesce: false }
    const { id, digest } = (await call('createPlan', { body: { intent } })).body
    // No worker looks at it: the stream would have no end of its own.
    await worker.stop()
    const confirmed = await call('confirmPlan', { params: { id }, body: { digest } })
    expect([confirmed.response.status, confirmed.body.state]).toEqual([202, 'queued'])
    let there = true
    const followed = openOperationEvents(web.store, confirmed.body.id, new Request('http://x'), undefined, {
      stillThere: async () => there,
      heartbeatMillis: 20,
    })
    const reader = followed.body?.pipeThrough(new TextDecoderStream()).getReader()
    let told = ''
    while (!told.includes('"queued"')) told += (await reader?.read())?.value ?? ''
    there = false
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) told += read.value
    expect(told).not.toContain('"succeeded"')
  })
})
