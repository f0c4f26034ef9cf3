import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { Role } from '@/lib/domain/permission'
import { openConnection } from '@/lib/hypervisors/registry'
import { addConnection } from '@/lib/services/connection/add'
import { addDemo } from '@/lib/services/demo/add'
import { problemSchema } from '@/lib/services/program/schemas'
import { createToken } from '@/lib/services/token/create'
import { findConnectionByName } from '@/lib/store/connections'
import { withTransaction } from '@/lib/store/tx'
import { updateUser } from '@/lib/store/users'
import { type RunningWorker, startWorker } from '@/lib/worker/worker'
import type { RouteHandler } from '../gate'
import { serveMetrics } from '../metrics'
import { askedInVain } from '../testing/monitoring-examples'
import { openTestWeb, type TestWeb } from '../testing/web'
import { defineApi } from './define-api'
import { describeApi } from './describe'
import type { Endpoint } from './endpoint'
import { ENDPOINTS, openApiDocument } from './openapi'
import { unknownEndpoint } from './unknown'

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
  const admin = (await web.addUser('admin')).actor
  expect((await addDemo({ ctx: web.contextOf(admin), input: {} })).ok).toBe(true)
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  worker = startWorker({ store: web.store, log, open: (id) => openConnection(web.store, id) })
  for (const name of ['kvm-gz-01', 'pve-sh', 'vcenter-bj', 'kvm-edge-07']) await collect(name)
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await web.close()
})

const endpointOf = (id: string): Endpoint => {
  const found = ENDPOINTS.find((endpoint) => endpoint.id === id)
  if (found === undefined) throw new Error(`no endpoint ${id}`)
  return found
}

type Asked = { token?: string | undefined; params?: Record<string, string>; query?: string; body?: unknown }

async function call(endpoint: Endpoint, { token, params = {}, query = '', body }: Asked) {
  const handler: RouteHandler = defineApi(endpoint)
  const request = new Request(`http://x/api/v1${endpoint.path}${query}`, {
    method: endpoint.method,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const response = await handler(request, { params: Promise.resolve(params) })
  return { response, body: response.status === 204 ? null : await response.json() }
}

const ask = (id: string, asked: Asked = {}) => call(endpointOf(id), { token: tokens.admin, ...asked })

async function collect(name: string) {
  const connection = await findConnectionByName(web.store, name)
  return ask('collectConnection', { params: { id: connection?.id ?? 'none' } })
}

/** The answer fits its schema, and holds no key that the schema does not name. */
function expectDocumented(endpoint: Endpoint, body: unknown) {
  expect(endpoint.answer?.parse(body)).toEqual(body)
}

/** What fits the endpoints of one thing that need to be told something. */
const BODIES: Record<string, unknown> = {
  silenceAlert: { until: new Date(Date.now() + 3_600_000).toISOString(), reason: 'x' },
  commentAlert: { text: 'x' },
  setServiceProbe: { kind: 'tcp', host: '192.0.2.1', port: 80, withinMillis: 60_000 },
  tryServiceProbe: { kind: 'tcp', host: '192.0.2.1', port: 80, withinMillis: 60_000 },
  changeCleanUp: { enabled: true, maxSnapshots: 5, maxPeakBytes: 0, busyHours: null },
  changeRule: {
    name: 'x',
    levels: [{ severity: 'warning', fire: 0.8, clear: 0.7 }],
    holdMillis: 0,
    clearHoldMillis: 0,
    scope: { connectionIds: [], storageIds: [], tags: [], environments: [] },
    enabled: true,
  },
}

describe('every endpoint', () => {
  it.each(ENDPOINTS.map((endpoint) => [endpoint.id, endpoint] as const))(
    '%s refuses who may not',
    async (_, endpoint) => {
      const params = { id: 'none' }
      const nobody = await call(endpoint, { params })
      expect(nobody.response.status).toBe(401)
      expect(nobody.response.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(problemSchema.parse(nobody.body)).toMatchObject({
        code: 'unauthenticated',
        detail: expect.stringContaining('Authorization: Bearer'),
      })
      const wrong = await call(endpoint, { params, token: 'swt_0000000000000000000000000000' })
      expect(wrong.response.status).toBe(401)
      const lower: Partial<Record<Endpoint['permission'], Role>> = {
        'connection.manage': 'operator',
        'connection.test': 'operator',
        'connection.collect': 'viewer',
        'alert.handle': 'viewer',
        'rule.manage': 'operator',
        'channel.manage': 'operator',
        'clean-up.manage': 'operator',
      }
      const role = lower[endpoint.permission]
      if (role === undefined) return
      const low = await call(endpoint, { params, token: tokens[role] })
      expect(low.response.status).toBe(403)
      expect(low.response.headers.get('content-type')).toBe('application/problem+json')
      expect(problemSchema.parse(low.body)).toMatchObject({ code: 'forbidden', status: 403 })
    },
  )

  it('of one thing says not-found for what is not there', async () => {
    for (const endpoint of ENDPOINTS.filter(({ path }) => path.includes('{id}'))) {
      const sent = BODIES[endpoint.id]
      for (const id of ['nothing', 'a\u0000b', 'x'.repeat(80)]) {
        const { response, body } = await call(endpoint, { token: tokens.admin, params: { id }, body: sent })
        expect([endpoint.id, id, response.status, body.code]).toEqual([endpoint.id, id, 404, 'not-found'])
      }
    }
  })

  it('that does not exist answers in the same shape', async () => {
    const request = (token?: string) =>
      new Request('http://x/api/v1/frobs', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } })
    const context = { params: Promise.resolve({ unknown: ['frobs'] }) }
    expect((await unknownEndpoint(request(), context)).status).toBe(401)
    const answer = await unknownEndpoint(request(tokens.viewer), context)
    expect(problemSchema.parse(await answer.json())).toMatchObject({ status: 404, code: 'not-found' })
  })
})

describe('lists', () => {
  it('of guests go through all of them by their marks, each once', async () => {
    const seen: string[] = []
    let query = '?limit=50'
    for (let page = 0; page < 20; page += 1) {
      const { body } = await ask('listGuests', { token: tokens.viewer, query })
      expectDocumented(endpointOf('listGuests'), body)
      seen.push(...body.items.map(({ id }: { id: string }) => id))
      if (body.nextCursor === null) break
      query = `?limit=50&cursor=${encodeURIComponent(body.nextCursor)}`
    }
    const [row] = await web.store.query<{ count: number }>('SELECT count(*) AS count FROM guests')
    expect(new Set(seen).size).toBe(row?.count)
    expect(seen).toHaveLength(row?.count ?? -1)
  })

  it('of guests speak the filter language, and say where it cannot be read', async () => {
    const { body } = await ask('listGuests', { query: '?q=platform:libvirt%20snapshots:%3E1' })
    expect(body.items.length).toBeGreaterThan(0)
    for (const { snapshotCount } of body.items) expect(snapshotCount).toBeGreaterThan(1)
    const wrong = await ask('listGuests', { query: '?q=frob:1' })
    expect(wrong.response.status).toBe(422)
    expect(wrong.body).toMatchObject({
      code: 'invalid',
      errors: [{ path: 'q', message: expect.stringContaining('frob') }],
    })
  })

  it.each(['listConnections', 'listStorages', 'listGuests'])('%s refuse a limit or mark that is none', async (id) => {
    for (const query of ['?limit=0', '?limit=501', '?limit=x', '?cursor=nonsense']) {
      const { response, body } = await ask(id, { query })
      expect([query, response.status, body.code]).toEqual([query, 422, 'invalid'])
    }
    const page = await ask(id, { query: '?limit=1' })
    expect(page.body.items).toHaveLength(1)
    expectDocumented(endpointOf(id), page.body)
  })

  it('say what is older than it should be, beside what is still known', async () => {
    const { body } = await ask('listGuests', { query: '?q=connection:kvm-edge-07' })
    expect(body.items.length).toBeGreaterThan(0)
    expect(body.unread).toContainEqual(
      expect.objectContaining({ section: 'guests', code: 'unreachable', since: expect.stringMatching(/Z$/) }),
    )
  })
})

describe('one thing', () => {
  it('is what the document says, for every guest and storage', async () => {
    const { body: guests } = await ask('listGuests', { query: '?limit=500' })
    let snapshots = 0
    for (const { id, snapshotCount } of guests.items) {
      const guest = await ask('getGuest', { params: { id } })
      expectDocumented(endpointOf('getGuest'), guest.body)
      const tree = await ask('listGuestSnapshots', { params: { id } })
      expectDocumented(endpointOf('listGuestSnapshots'), tree.body)
      const ids = new Set(tree.body.items.map((item: { id: string }) => item.id))
      for (const { parentId } of [...tree.body.items, tree.body.current]) {
        if (parentId !== null) expect(ids.has(parentId)).toBe(true)
      }
      if (snapshotCount !== null)
        expect(tree.body.items.filter((each: { unmanaged: boolean }) => !each.unmanaged).length).toBeLessThanOrEqual(
          snapshotCount,
        )
      snapshots += tree.body.items.length
    }
    expect(snapshots).toBeGreaterThan(100)
    const { body: storages } = await ask('listStorages')
    for (const { id } of storages.items) {
      expectDocumented(endpointOf('getStorage'), (await ask('getStorage', { params: { id } })).body)
    }
  })
})

describe('connections', () => {
  const uri = 'qemu+tcp://127.0.0.1:1/system'

  it('are added with the keys of the file, read, collected although they do not answer, and removed', async () => {
    const made = await ask('createConnection', { body: { name: 'closed port', kind: 'libvirt', uri } })
    expect(made.response.status).toBe(201)
    expectDocumented(endpointOf('createConnection'), made.body)
    expect(made.body).toMatchObject({ name: 'closed port', mode: 'observe', uri })
    // The worker may have tried it before the answer was put together.
    expect(['never-read', 'failing']).toContain(made.body.state)
    const params = { id: made.body.id }

    const taken = await ask('createConnection', { body: { name: 'closed port', kind: 'libvirt', uri } })
    expect([taken.response.status, taken.body.code]).toEqual([409, 'conflict'])

    const collected = await ask('collectConnection', { token: tokens.operator, params })
    expect(collected.response.status).toBe(200)
    expectDocumented(endpointOf('collectConnection'), collected.body)
    expect(collected.body.unread).toContainEqual(expect.objectContaining({ section: 'guests', code: 'unreachable' }))

    const tested = await ask('testConnection', { params })
    expect([tested.response.status, tested.body.code]).toEqual([502, 'unreachable'])

    expect((await ask('getConnection', { params })).body).toMatchObject({
      state: 'failing',
      lastError: { code: 'unreachable' },
    })
    expect((await ask('deleteConnection', { params })).response.status).toBe(204)
    expect((await ask('getConnection', { params })).response.status).toBe(404)
  })

  it.each([
    ['no address', { name: 'x', kind: 'libvirt' }, 'invalid'],
    ['a kind we have no adapter for', { name: 'x', kind: 'vsphere', url: 'https://vc:443' }, 'invalid'],
    [
      'a parameter in the address',
      { name: 'x', kind: 'libvirt', uri: 'qemu+ssh://h/system?command=/bin/sh' },
      'address-invalid',
    ],
    [
      'a host like an option',
      { name: 'x', kind: 'libvirt', uri: 'qemu+ssh://-oProxyCommand=x/system' },
      'address-invalid',
    ],
    ['clear text to another host', { name: 'x', kind: 'libvirt', uri: 'qemu+tcp://192.0.2.1/system' }, 'cleartext'],
    ['ssh without a key', { name: 'x', kind: 'libvirt', uri: 'qemu+ssh://h/system' }, 'credentials-missing'],
    ['a key that is none', { name: 'x', kind: 'libvirt', uri: 'qemu+ssh://h/system', sshKey: 'x' }, 'key-unusable'],
    [
      'a file on the server',
      { name: 'x', kind: 'libvirt', uri: 'qemu+ssh://h/system', sshKeyFile: '/etc/shadow' },
      'credentials-missing',
    ],
  ])('with %s are refused', async (_, body, code) => {
    const answer = await ask('createConnection', { body })
    expect([answer.response.status, answer.body.code]).toEqual([422, code])
  })
})

describe('tokens', () => {
  async function tokenOf(role: Role, days = 1) {
    const person = await web.addUser(role)
    const made = await createToken({ ctx: web.contextOf(person.actor), input: { name: 'theirs', role, days } })
    if (!made.ok) throw new Error(made.why.code)
    return { ...person, ...made.value }
  }
  const may = async (token: string, id: string) => (await ask(id, { token, params: { id: 'x' } })).response.status

  it('never do more than their person may today', async () => {
    const { secret, userId } = await tokenOf('admin')
    expect(await may(secret, 'deleteConnection')).toBe(404)
    await withTransaction(web.store, (tx) => updateUser(tx, userId, { role: 'viewer' }))
    expect(await may(secret, 'deleteConnection')).toBe(403)
    expect(await may(secret, 'listGuests')).toBe(200)
    await withTransaction(web.store, (tx) => updateUser(tx, userId, { disabled: true }))
    expect(await may(secret, 'listGuests')).toBe(401)
  })

  it('end when they expire or are revoked', async () => {
    const one = await tokenOf('viewer')
    await web.store.query("UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = $1", [one.id])
    expect(await may(one.secret, 'listGuests')).toBe(401)
    const other = await tokenOf('viewer')
    await web.store.query('UPDATE api_tokens SET revoked_at = now() WHERE id = $1', [other.id])
    expect(await may(other.secret, 'listGuests')).toBe(401)
  })

  it('cannot be guessed: wrong ones are counted by address', async () => {
    const guess = async () => {
      const request = new Request('http://x/api/v1/guests', {
        headers: { authorization: 'Bearer swt_a_guess_at_something', 'x-forwarded-for': '203.0.113.5' },
      })
      return (await defineApi(endpointOf('listGuests'))(request, { params: Promise.resolve({}) })).status
    }
    const answers = new Set<number>()
    for (let attempt = 0; attempt < 62; attempt += 1) answers.add(await guess())
    expect([...answers]).toEqual([401, 429])
  })
})

describe('the document', () => {
  it('is served, names every endpoint, and every parameter of its path', async () => {
    const { body } = await call(describeApi as unknown as Endpoint, { token: tokens.viewer })
    expect(body).toEqual(JSON.parse(JSON.stringify(openApiDocument())))
    expect(body.openapi).toBe('3.1.0')
    for (const { path, method, id } of ENDPOINTS) {
      const operation = body.paths[path][method.toLowerCase()]
      expect(operation.operationId).toBe(id)
      for (const [, name] of path.matchAll(/\{(\w+)\}/g)) {
        expect(operation.parameters).toContainEqual(expect.objectContaining({ name, in: 'path', required: true }))
      }
    }
  })
})

describe('metrics', () => {
  const scrape = (token?: string) =>
    serveMetrics(
      new Request('http://x/metrics', { headers: token === undefined ? {} : { authorization: `Bearer ${token}` } }),
      {
        params: Promise.resolve({}),
      },
    )

  it('need the token of a viewer', async () => {
    expect((await scrape()).status).toBe(401)
    const answer = await scrape(tokens.viewer)
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
    const text = await answer.text()
    expect(text).toMatch(/^snapwarden_snapshots\{connection="kvm-gz-01",kind="libvirt"\} [1-9]/m)
    expect(text).toMatch(/^snapwarden_connection_fresh\{connection="kvm-edge-07",kind="libvirt"\} 0$/m)
    expect(text).toMatch(/^snapwarden_worker_heartbeat_age_seconds \d/m)
    expect(text).toMatch(/^snapwarden_oldest_snapshot_age_seconds\{connection="kvm-gz-01",kind="libvirt"\} [1-9]/m)
    expect(text).toMatch(/^snapwarden_chain_depth_max\{connection="kvm-gz-01",kind="libvirt"\} \d/m)
    expect(text).toMatch(/^snapwarden_largest_snapshot_bytes\{connection="kvm-gz-01",kind="libvirt"\} [1-9]/m)
    expect(text).toMatch(/^snapwarden_alerts\{severity="emergency"\} 0$/m)
    expect(text).toMatch(/^snapwarden_operations\{state="needs-attention"\} 0$/m)
    expect(text).toMatch(/^snapwarden_predictions\{matched="yes"\} 0$/m)
    expect(text).toMatch(/^snapwarden_storage_used_bytes\{connection="pve-sh",node="[^"]+",storage="lvm-thin"\} [1-9]/m)
    const inDefault = String.raw`\{connection="kvm-gz-01",node="kvm-gz-01",storage="default"\}`
    expect(text).toMatch(new RegExp(`^snapwarden_storage_inodes${inDefault} 468582400$`, 'm'))
    expect(text).toMatch(new RegExp(`^snapwarden_storage_inodes_free${inDefault} [1-9]`, 'm'))
    expect(text).toMatch(/^snapwarden_storage_metadata_ratio\{connection="pve-sh",[^}]+,storage="lvm-thin"\} 0\.4/m)
    // Most file systems have no number of them: no sample, and never 0.
    expect(text.match(/^snapwarden_storage_inodes\{/gm)).toHaveLength(1)
    expect(text).not.toMatch(/^snapwarden_storage_metadata_ratio\{[^}]+storage="default"/m)
    // Nothing was measured yet, which is no error of nothing.
    expect(text).not.toMatch(/^snapwarden_prediction_space_error_bytes \d/m)
  })

  it('have every name, label and value that the examples for Prometheus and Grafana ask for', async () => {
    const foreseen = /^snapwarden_storage_full_seconds\{/m
    await vi.waitFor(async () => expect(await (await scrape(tokens.viewer)).text()).toMatch(foreseen), {
      timeout: 90_000,
      interval: 200,
    })
    const text = await (await scrape(tokens.viewer)).text()
    expect(askedInVain(text)).toEqual([])
    expect(askedInVain(text.replaceAll('snapwarden_alerts', 'snapwarden_renamed'))).toContain(
      'SnapwardenEmergency: snapwarden_alerts',
    )
    expect(askedInVain(text.replaceAll('connection="', 'source="'))).toContain(
      'SnapwardenSourceStale: connection of snapwarden_connection_fresh',
    )
    expect(askedInVain(text.replaceAll('"needs-attention"', '"stuck"'))).toContain(
      'SnapwardenOperationNeedsAttention: snapwarden_operations{state="needs-attention"}',
    )
  })
})

describe('a connection that was never read', () => {
  it('has no counts, in the list as in the metrics: nothing is known of it', async () => {
    const uri = 'qemu+tcp://127.0.0.1:1/system'
    const made = await ask('createConnection', { body: { name: 'never read', kind: 'libvirt', uri } })
    const params = { id: made.body.id }
    await ask('collectConnection', { params })
    expect((await ask('getConnection', { params })).body).toMatchObject({
      state: 'failing',
      guestCount: null,
      storageCount: null,
    })
    const scraped = await serveMetrics(
      new Request('http://x/metrics', { headers: { authorization: `Bearer ${tokens.viewer}` } }),
      { params: Promise.resolve({}) },
    )
    const samples = (await scraped.text()).split('\n').filter((line) => line.includes('"never read"'))
    expect(samples.map((line) => line.split('{')[0]).sort()).toEqual([
      'snapwarden_connection_failures',
      'snapwarden_connection_fresh',
    ])
    expect((await ask('deleteConnection', { params })).response.status).toBe(204)
  })
})

describe('a secret', () => {
  const CANARY = 'canary-4f1b0c9d'

  it('is in no answer of the API, and nowhere in the database in clear', async () => {
    const actor = (await web.addUser('admin')).actor
    const input = { name: 'with a secret', kind: 'libvirt', mode: 'observe', acceptCleartext: false } as const
    const added = await addConnection({
      ctx: web.contextOf(actor),
      input: { ...input, uri: 'qemu+tcp://127.0.0.1:1/system', username: 'reader', password: CANARY },
    })
    if (!added.ok) throw new Error(added.why.code)
    const params = { id: added.value.id }
    const answers = [
      await ask('listConnections'),
      await ask('getConnection', { params }),
      await ask('collectConnection', { params }),
      await ask('testConnection', { params }),
      await ask('listGuests', { query: '?limit=500' }),
    ]
    for (const { body } of answers) expect(JSON.stringify(body)).not.toContain(CANARY)
    const tables = await web.store.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public'",
    )
    for (const { name } of tables) {
      const rows = await web.store.query(`SELECT 1 FROM "${name}" t WHERE t::text LIKE '%' || $1 || '%'`, [CANARY])
      expect([name, rows.length]).toEqual([name, 0])
    }
  })
})
