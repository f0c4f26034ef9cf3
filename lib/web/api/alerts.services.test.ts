import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '@/lib/domain/permission'
import { instantAt } from '@/lib/domain/units'
import { createToken } from '@/lib/services/token/create'
import { listAudit } from '@/lib/store/audit'
import { insertConnection } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { openTestWeb, type TestWeb } from '../testing/web'
import { defineApi } from './define-api'
import { ENDPOINTS } from './openapi'

let web: TestWeb
let receiver: Server
const tokens: Partial<Record<Role, string>> = {}
const now = instantAt(Date.now())

beforeAll(async () => {
  web = await openTestWeb()
  for (const role of ['viewer', 'operator', 'admin'] as const) {
    const { actor } = await web.addUser(role)
    const made = await createToken({ ctx: web.contextOf(actor), input: { name: role, role, days: 1 } })
    if (made.ok) tokens[role] = made.value.secret
  }
  await web.store.query(
    `INSERT INTO alerts (id, rule_id, rule_name, kind, subject_of, subject_id, subject_name, where_name, severity,
       worst_severity, since, fired_at, resolved_at, value, value_at)
     SELECT id, 'shipped-storage-used', 'x', 'storage-used', 'storage', id, id, 'kvm-gz-01', 'critical', 'critical',
       $1, $1, CASE WHEN id LIKE 'gone%' THEN $1::timestamptz END, 0.92, $1
     FROM unnest(ARRAY['a1', 'a2', 'gone1', 'gone2', 'gone3']) id`,
    [now],
  )
  receiver = createServer((request, response) => {
    request.resume()
    request.on('end', () => response.writeHead(200).end('received'))
  })
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
})
afterAll(async () => {
  await new Promise((resolve) => receiver.close(resolve))
  await web.close()
})

async function ask(id: string, asked: { role?: Role; params?: object; query?: string; body?: unknown } = {}) {
  const endpoint = ENDPOINTS.find((each) => each.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const { role = 'admin', params = {}, query = '', body } = asked
  const request = new Request(`http://x/api/v1${endpoint.path}${query}`, {
    method: endpoint.method,
    headers: { authorization: `Bearer ${tokens[role]}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const response = await defineApi(endpoint)(request, { params: Promise.resolve({ ...params }) })
  const answer = response.status === 204 ? null : await response.json()
  // It fits its schema, and holds no key that the schema does not name.
  if (response.ok && endpoint.answer !== null) expect(endpoint.answer.parse(answer)).toEqual(answer)
  return { status: response.status, body: answer }
}

describe('alerts', () => {
  it('that fire and that ended are listed page by page', async () => {
    for (const [state, expected] of [
      ['open', ['a1', 'a2']],
      ['closed', ['gone1', 'gone2', 'gone3']],
    ] as const) {
      const seen: string[] = []
      let cursor: string | null = ''
      while (cursor !== null && seen.length < 10) {
        const query: string = `?state=${state}&limit=1${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`
        const { body } = await ask('listAlerts', { role: 'viewer', query })
        seen.push(...body.items.map(({ id }: { id: string }) => id))
        cursor = body.nextCursor
      }
      expect(seen).toEqual(expected)
    }
  })

  it('are acknowledged, silenced and commented on by operators', async () => {
    const params = { id: 'a1' }
    const taken = await ask('acknowledgeAlert', { role: 'operator', params, body: { note: 'mine' } })
    expect(taken).toMatchObject({ status: 200, body: { acknowledged: { note: 'mine', until: null }, unit: 'ratio' } })
    const until = instantAt(Date.now() + 3_600_000)
    const silenced = await ask('silenceAlert', { role: 'operator', params, body: { until, reason: 'maintenance' } })
    expect(silenced).toMatchObject({ status: 201, body: { until, scope: { alertId: 'a1' } } })
    expect((await ask('commentAlert', { role: 'operator', params, body: { text: 'looking' } })).status).toBe(200)
    const alert = await ask('getAlert', { role: 'viewer', params })
    expect(alert.body).toMatchObject({ silencedUntil: until, reclaim: null })
    expect(alert.body.events.map(({ event }: { event: string }) => event)).toEqual(['acknowledged', 'commented'])
    expect((await ask('commentAlert', { role: 'operator', params, body: {} })).status).toBe(422)
  })
})

describe('rules', () => {
  const rule = {
    name: 'Half full',
    kind: 'storage-used',
    levels: [{ severity: 'warning', fire: 0.5, clear: 0.45 }],
    holdMillis: 0,
    clearHoldMillis: 0,
    scope: { connectionIds: [], storageIds: [], tags: [], environments: [] },
    enabled: true,
  }

  it('are listed, made, changed and removed', async () => {
    const made = await ask('createRule', { body: rule })
    expect(made).toMatchObject({ status: 201, body: { unit: 'ratio', shipped: false, version: 1 } })
    const params = { id: made.body.id }
    const { kind: _, ...change } = { ...rule, enabled: false }
    expect(await ask('changeRule', { params, body: change })).toMatchObject({
      status: 200,
      body: { enabled: false, version: 2 },
    })
    expect((await ask('listRules', { role: 'viewer' })).body.items).toHaveLength(1)
    expect((await ask('deleteRule', { params })).status).toBe(204)
    expect((await ask('deleteRule', { params })).status).toBe(404)
    const wrong = { ...rule, levels: [{ severity: 'warning', fire: 0.5, clear: 0.6 }] }
    expect(await ask('createRule', { body: wrong })).toMatchObject({ status: 422, body: { code: 'invalid' } })
  })
})

describe('automatic clean-up', () => {
  const limits = { enabled: true, maxSnapshots: 3, maxPeakBytes: 4096, busyHours: null }
  const busyHours = { from: '08:00', until: '20:00', days: [1, 2, 3, 4, 5] }

  it('is listed for everybody; allowed, changed and taken back by administrators alone', async () => {
    const added = await withTransaction(web.store, (tx) =>
      insertConnection(tx, {
        name: 'kvm-clean',
        kind: 'libvirt',
        mode: 'operate',
        address: { kind: 'libvirt', uri: 'test:///default', cleartextAccepted: false },
        demo: false,
        createdBy: 'test',
      }),
    )
    if (!added.ok) throw new Error(added.why.code)
    const body = { connectionId: added.value, storageId: null, ...limits }
    expect((await ask('createCleanUp', { role: 'operator', body })).status).toBe(403)
    const made = await ask('createCleanUp', { body })
    expect(made).toMatchObject({ status: 201, body: { ...body, setBy: expect.stringContaining(':') } })
    const params = { id: made.body.id }

    // What is allowed there is one thing: set again, it is the same policy.
    expect((await ask('createCleanUp', { body: { ...body, maxSnapshots: 4 } })).body.id).toBe(params.id)
    const changed = await ask('changeCleanUp', { params, body: { ...limits, enabled: false, busyHours } })
    expect(changed).toMatchObject({ status: 200, body: { ...params, enabled: false, maxSnapshots: 3, busyHours } })
    const seen = await ask('listCleanUps', { role: 'viewer' })
    expect(seen).toEqual({ status: 200, body: { items: [changed.body], nextCursor: null } })

    for (const wrong of [{ ...body, maxSnapshots: 0 }, { ...body, maxPeakBytes: -1 }, { ...limits }]) {
      expect((await ask('createCleanUp', { body: wrong })).status).toBe(422)
    }
    expect((await ask('createCleanUp', { body: { ...body, storageId: 'none' } })).status).toBe(404)
    expect((await ask('changeCleanUp', { role: 'operator', params, body: limits })).status).toBe(403)
    expect((await ask('deleteCleanUp', { role: 'operator', params })).status).toBe(403)
    expect((await ask('deleteCleanUp', { params })).status).toBe(204)
    expect((await ask('deleteCleanUp', { params })).status).toBe(404)
    expect((await ask('listCleanUps')).body.items).toEqual([])
    const actions = (await listAudit(web.store, { limit: 10 })).entries.map(({ action }) => action)
    expect(actions.filter((action) => action.startsWith('clean-up.'))).toEqual([
      'clean-up.removed',
      'clean-up.set',
      'clean-up.set',
      'clean-up.set',
    ])
  })
})

describe('channels', () => {
  const CANARY = 'canary-c5e1'

  it('are listed, made, tested and removed, and never tell their secret', async () => {
    const { port } = receiver.address() as AddressInfo
    const body = {
      name: 'on call',
      settings: { kind: 'webhook', url: `http://127.0.0.1:${port}/` },
      secret: { signingKey: CANARY },
      route: { leastSeverity: 'warning', connectionIds: [], tags: [], environments: [] },
      language: 'en',
      enabled: true,
      quietHours: null,
      repeatMillis: null,
      escalateAfterMillis: null,
      groupMillis: 0,
      anyAddress: true,
    }
    const made = await ask('createChannel', { body })
    expect(made).toMatchObject({ status: 201, body: { kind: 'webhook', anyAddress: true } })
    expect((await ask('createChannel', { body })).status).toBe(409)
    const params = { id: made.body.id }
    const tested = await ask('testChannel', { params })
    expect(tested).toEqual({ status: 200, body: { status: 200, answer: 'received' } })
    const listed = await ask('listChannels')
    for (const answer of [made, tested, listed]) expect(JSON.stringify(answer)).not.toContain(CANARY)
    expect((await ask('listChannels', { role: 'operator' })).status).toBe(403)
    const guarded = await ask('createChannel', { body: { ...body, name: 'guarded', anyAddress: false } })
    expect(await ask('testChannel', { params: { id: guarded.body.id } })).toMatchObject({
      status: 422,
      body: { code: 'address-forbidden' },
    })
    expect((await ask('deleteChannel', { params })).status).toBe(204)
  })
})
