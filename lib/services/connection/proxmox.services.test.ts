/** A Proxmox VE connection through the verbs: what is stored, what is sealed, what a test finds. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { startTestLab, type TestLab, tokenOf } from '@/lib/hypervisors/proxmox/testing/lab'
import { openConnection } from '@/lib/hypervisors/registry'
import { listAudit } from '@/lib/store/audit'
import { findConnection } from '@/lib/store/connections'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { addConnection } from './add'
import { changeConnection } from './change'
import { accessInput, newConnectionInput } from './input'
import { testUnsaved } from './test-unsaved'

let web: TestWeb
let admin: Actor
let lab: TestLab
beforeAll(async () => {
  web = await openTestWeb()
  admin = (await web.addUser('admin')).actor
  lab = await startTestLab()
})
afterAll(async () => {
  await lab.close()
  await web.close()
})

const { tokenId, tokenSecret } = tokenOf('audit@pve!ro')
const body = (changes: object = {}) =>
  newConnectionInput.parse({ name: 'pve', kind: 'proxmox', url: lab.lab.url, tokenId, tokenSecret, ...changes })

it('is tried first: the certificate is a question, and nothing was sent', async () => {
  const ctx = web.contextOf(admin)
  const before = lab.lab.requests()
  const unknown = await testUnsaved({ ctx, input: body() })
  expect(unknown).toMatchObject({
    ok: true,
    value: { ok: false, why: { code: 'certificate-unknown', fingerprint: lab.lab.fingerprint } },
  })
  expect(lab.lab.requests()).toBe(before)
  const pinned = await testUnsaved({ ctx, input: body({ fingerprint: lab.lab.fingerprint }) })
  expect(pinned).toMatchObject({ ok: true, value: { ok: true, product: 'Proxmox VE', version: '9.2.11' } })
})

it('stores a copy of the address and seals what decides; the sealed one opens', async () => {
  const ctx = web.contextOf(admin)
  const added = await addConnection({ ctx, input: body({ name: 'sealed', ca: lab.certificate.ca }) })
  if (!added.ok) throw new Error(added.why.code)
  const { id } = added.value
  const stored = await findConnection(web.store, id)
  expect(stored?.address).toEqual({
    kind: 'proxmox',
    urls: [lab.lab.url],
    user: tokenId,
    fingerprints: [],
    authorities: [expect.stringMatching(/^([0-9A-F]{2}:){31}/)],
    ca: lab.certificate.ca.trim(),
  })
  expect(JSON.stringify(await listAudit(web.store, { limit: 100 }))).not.toContain(tokenSecret)
  const opened = await openConnection(web.store, id)
  if (!opened.ok) throw new Error(opened.why.code)
  expect(await opened.value.probe(AbortSignal.timeout(60_000))).toMatchObject({ ok: true, value: { node: 'pve1' } })
  await opened.value.close()

  // The database alone moves no secret: the server that is asked is the sealed one.
  await web.store.query('UPDATE connections SET address = jsonb_set(address, $2, $3) WHERE id = $1', [
    id,
    '{urls}',
    '["https://127.0.0.1:1"]',
  ])
  const again = await openConnection(web.store, id)
  if (!again.ok) throw new Error(again.why.code)
  expect(await again.value.probe(AbortSignal.timeout(60_000))).toMatchObject({ ok: true })
  await again.value.close()
})

it('needs its secret again for another address, pin or user, and keeps its platform', async () => {
  const ctx = web.contextOf(admin)
  const added = await addConnection({ ctx, input: body({ name: 'to-change' }) })
  if (!added.ok) throw new Error(added.why.code)
  const { id } = added.value
  const change = (access: object) => changeConnection({ ctx, input: { id, access: accessInput.parse(access) } })
  const access = { kind: 'proxmox', url: 'https://elsewhere:8006', tokenId }
  expect(await change(access)).toMatchObject({ why: { code: 'secret-needed' } })
  expect(await change({ kind: 'libvirt', uri: 'qemu+tcp://127.0.0.1:1/system' })).toMatchObject({
    why: { code: 'invalid', errors: [{ path: 'access.kind' }] },
  })
  expect(await change({ ...access, tokenSecret })).toMatchObject({ ok: true })
  expect((await findConnection(web.store, id))?.address).toMatchObject({ urls: ['https://elsewhere:8006'] })
})
