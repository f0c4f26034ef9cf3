import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Role } from '@/lib/domain/permission'
import { MINUTE } from '@/lib/domain/units'
import { openConnection } from '@/lib/hypervisors/registry'
import { addDemo } from '@/lib/services/demo/add'
import { createToken } from '@/lib/services/token/create'
import { waitFor } from '@/lib/store/wait-for'
import { type RunningWorker, startWorker } from '@/lib/worker/worker'
import { openTestWeb, type TestWeb } from '../testing/web'
import { defineApi } from './define-api'
import { ENDPOINTS } from './openapi'

let web: TestWeb
let worker: RunningWorker
let guest: { id: string; name: string }
const tokens: Partial<Record<Role, string>> = {}

beforeAll(async () => {
  web = await openTestWeb()
  for (const role of ['viewer', 'operator'] as const) {
    const { actor } = await web.addUser(role)
    const made = await createToken({ ctx: web.contextOf(actor), input: { name: role, role, days: 1 } })
    if (made.ok) tokens[role] = made.value.secret
  }
  await addDemo({ ctx: web.contextOf((await web.addUser('admin')).actor), input: {} })
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
  worker = startWorker({ store: web.store, log, open: (id) => openConnection(web.store, id) })
  const found = await waitFor<typeof guest>(60_000, undefined, async () => {
    const [row] = await web.store.query<typeof guest>('SELECT id, name FROM guests ORDER BY name LIMIT 1')
    return row === undefined ? null : { ok: true, value: row }
  })
  if (!found.ok) throw new Error('no guest')
  guest = found.value
}, 120_000)
afterAll(async () => {
  await worker.stop()
  await web.close()
})

async function call(id: string, body?: unknown, role: Role = 'operator', guestId = guest.id) {
  const endpoint = ENDPOINTS.find((each) => each.id === id)
  if (endpoint === undefined) throw new Error(`no endpoint ${id}`)
  const request = new Request(`http://x/api/v1${endpoint.path}`, {
    method: endpoint.method,
    headers: { authorization: `Bearer ${tokens[role]}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const response = await defineApi(endpoint)(request, { params: Promise.resolve({ id: guestId }) })
  const answer = response.status === 204 ? null : await response.json()
  if (response.ok && answer !== null) expect(endpoint.answer?.parse(answer)).toEqual(answer)
  return { status: response.status, body: answer }
}

const audited = () =>
  web.store.query<{ action: string; detail: object }>(
    `SELECT action, detail FROM audit WHERE action LIKE 'service-probe.%' AND subject = $1 ORDER BY seq`,
    [`guest:${guest.name}`],
  )

const TCP = { kind: 'tcp', host: '10.0.0.20', port: 5432 }
const HTTP = { kind: 'http', url: 'https://10.0.0.20/health' }

describe('the service that is asked after a rollback', () => {
  it('is set, changed, read and cleared; the log says by whom and what it was', async () => {
    expect(await call('getServiceProbe')).toEqual({ status: 200, body: { probe: null } })
    const set = await call('setServiceProbe', TCP)
    expect(set).toMatchObject({ status: 200, body: { probe: { ...TCP, withinMillis: 2 * MINUTE } } })
    const changed = await call('setServiceProbe', { ...HTTP, expectedStatus: 204, withinMillis: 5 * MINUTE })
    expect(changed.body.probe).toMatchObject({ ...HTTP, expectedStatus: 204, anyCertificate: false })
    expect((await call('getServiceProbe', undefined, 'viewer')).body).toEqual(changed.body)
    expect((await call('clearServiceProbe')).status).toBe(204)
    expect((await call('clearServiceProbe')).status).toBe(204)
    expect((await call('getServiceProbe')).body).toEqual({ probe: null })
    expect(await audited()).toMatchObject([
      { action: 'service-probe.set', detail: { target: '10.0.0.20:5432', was: null } },
      { action: 'service-probe.set', detail: { target: HTTP.url, was: '10.0.0.20:5432', expectedStatus: 204 } },
      { action: 'service-probe.cleared', detail: { was: HTTP.url } },
    ])
  })

  it('belongs to operators: a viewer neither sets it nor has anything asked', async () => {
    for (const id of ['setServiceProbe', 'tryServiceProbe']) {
      expect(await call(id, TCP, 'viewer')).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    }
    expect((await call('clearServiceProbe', undefined, 'viewer')).status).toBe(403)
    expect(await call('setServiceProbe', TCP, 'operator', 'none')).toMatchObject({ status: 404 })
  })

  it.each([
    ['this machine', { ...TCP, host: '127.0.0.1' }, 'probe-forbidden'],
    ['this machine by name', { ...HTTP, url: 'http://localhost:8080/' }, 'probe-forbidden'],
    ['this machine in another spelling', { ...HTTP, url: 'http://0x7f000001/' }, 'probe-forbidden'],
    ['a metadata service', { ...HTTP, url: 'http://169.254.169.254/latest' }, 'probe-forbidden'],
    ['a metadata service inside IPv6', { ...TCP, host: '[::ffff:169.254.169.254]' }, 'probe-forbidden'],
    ['another scheme', { ...HTTP, url: 'file:///etc/passwd' }, 'invalid'],
    ['a password in the address', { ...HTTP, url: 'http://root:secret@10.0.0.20/' }, 'invalid'],
    ['a host that is none', { ...TCP, host: '10.0.0.20/24' }, 'invalid'],
    ['a port that is none', { ...TCP, port: 0 }, 'invalid'],
    ['a time without end', { ...TCP, withinMillis: 1e9 }, 'invalid'],
  ])('is refused for %s, in words', async (_, probe, code) => {
    expect(await call('setServiceProbe', probe)).toMatchObject({ status: 422, body: { code } })
    expect(await call('tryServiceProbe', probe)).toMatchObject({ status: 422, body: { code } })
    expect((await call('getServiceProbe')).body).toEqual({ probe: null })
  })

  it('is asked once by the worker, which judges a name by where it leads', async () => {
    // Resolvers read this as 127.0.0.1; as text it is a name.
    const found = await call('tryServiceProbe', { ...TCP, host: '0x7f.1' })
    expect(found).toMatchObject({ status: 200, body: { result: 'unknown', why: { address: '127.0.0.1' } } })
    expect((await audited()).at(-1)).toMatchObject({ action: 'service-probe.tried', detail: { result: 'unknown' } })
  })
})
