import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { AuditAction } from '@/lib/domain/audit'
import type { ConnectionId } from '@/lib/domain/ids'
import { listAudit } from '@/lib/store/audit'
import { findConnection } from '@/lib/store/connections'
import { readSecret } from '@/lib/store/credentials'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { addConnection } from './add'
import { changeConnection } from './change'
import { collect, requestCollect } from './collect'
import { getConnection } from './get'
import { type NewConnectionBody, newConnectionInput, readAccess } from './input'
import { listConnections } from './list'
import { fetchOffered } from './offered'
import { removeConnection } from './remove'
import { setMode } from './set-mode'
import { testConnection } from './test'
import { testUnsaved } from './test-unsaved'

let web: TestWeb
let admin: Actor
let operator: Actor
let viewer: Actor
beforeAll(async () => {
  web = await openTestWeb()
  admin = (await web.addUser('admin')).actor
  operator = (await web.addUser('operator')).actor
  viewer = (await web.addUser('viewer')).actor
})
afterAll(() => web.close())

const CLOSED = 'qemu+tcp://127.0.0.1:1/system'
const AWAY = 'qemu+tcp://192.0.2.1/system'
const forbidden = (needs: string) => ({ ok: false, why: { code: 'forbidden', needs } })
const body = (changes: Partial<NewConnectionBody>) =>
  newConnectionInput.parse({ name: 'kvm', kind: 'libvirt', uri: CLOSED, ...changes })
const lastAudit = async (action: AuditAction) => (await listAudit(web.store, { action, limit: 1 })).entries[0]

let made = 0
async function add(changes: Partial<NewConnectionBody> = {}): Promise<ConnectionId> {
  made += 1
  const added = await addConnection({ ctx: web.contextOf(admin), input: body({ name: `kvm-${made}`, ...changes }) })
  if (!added.ok) throw new Error(added.why.code)
  return added.value.id
}

/** An OpenSSH key as ssh-keygen writes it. */
function sshKey(passphrase = ''): string {
  const directory = mkdtempSync(join(tmpdir(), 'snapwarden-key-'))
  try {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', join(directory, 'key')])
    return readFileSync(join(directory, 'key'), 'utf8')
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

describe('who may', () => {
  it('read: everybody; manage and test: administrators; collect: operators', async () => {
    const id = await add()
    for (const actor of [viewer, operator]) {
      const ctx = web.contextOf(actor)
      expect(await listConnections({ ctx, input: {} })).toMatchObject({ ok: true })
      expect(await getConnection({ ctx, input: { id } })).toMatchObject({ ok: true })
      const access = body({})
      for (const answer of [
        await addConnection({ ctx, input: body({}) }),
        await changeConnection({ ctx, input: { id, access } }),
        await setMode({ ctx, input: { id, mode: 'operate' } }),
        await removeConnection({ ctx, input: { id } }),
        await testUnsaved({ ctx, input: body({}) }),
        await testConnection({ ctx, input: { id } }),
        await fetchOffered({ ctx, input: { kind: 'libvirt', uri: CLOSED } }),
      ]) {
        expect(answer).toEqual(forbidden('admin'))
      }
    }
    expect(await requestCollect({ ctx: web.contextOf(viewer), input: { id } })).toEqual(forbidden('operator'))
    expect(await requestCollect({ ctx: web.contextOf(operator), input: { id } })).toMatchObject({ ok: true })
    expect(await lastAudit('connection.collect-requested')).toMatchObject({ subject: 'connection:kvm-1' })
  })
})

describe('adding', () => {
  it('seals what is secret, observes unless told otherwise, and is written down without the secret', async () => {
    const id = await add({ name: 'sealed', username: 'reader', password: 'canary-77' })
    expect(await findConnection(web.store, id)).toMatchObject({ name: 'sealed', mode: 'observe', demo: false })
    const secret = await readSecret(web.store, id)
    expect(secret?.sealed.includes(Buffer.from('canary-77'))).toBe(false)
    const entry = await lastAudit('connection.added')
    expect(entry).toMatchObject({
      subject: 'connection:sealed',
      detail: { kind: 'libvirt', mode: 'observe', address: CLOSED },
    })
    expect(JSON.stringify(entry)).not.toContain('canary-77')
  })

  it('keeps nothing for a local socket, which needs no secret', async () => {
    expect(await readSecret(web.store, await add({ uri: 'qemu:///system' }))).toBeNull()
  })

  it('over clear text to another host needs an acceptance of its own, which is written down by name', async () => {
    const refused = await addConnection({ ctx: web.contextOf(admin), input: body({ name: 'away', uri: AWAY }) })
    expect(refused).toMatchObject({ why: { code: 'cleartext', address: '192.0.2.1' } })
    const id = await add({ name: 'away', uri: AWAY, acceptCleartext: true })
    expect(await findConnection(web.store, id)).toMatchObject({ address: { cleartextAccepted: true } })
    expect(await lastAudit('connection.cleartext-accepted')).toMatchObject({
      subject: 'connection:away',
      detail: { address: AWAY },
    })
    expect(await findConnection(web.store, await add({ acceptCleartext: true }))).toMatchObject({
      address: { cleartextAccepted: false },
    })
  })

  it('refuses a name that is taken, and leaves nothing behind', async () => {
    await add({ name: 'taken', username: 'u', password: 'p' })
    const [before] = await web.store.query<{ count: number }>('SELECT count(*) AS count FROM connection_secrets')
    const again = await addConnection({
      ctx: web.contextOf(admin),
      input: body({ name: 'taken', username: 'u', password: 'p' }),
    })
    expect(again).toMatchObject({ why: { code: 'already-exists', what: 'connection' } })
    const [after] = await web.store.query<{ count: number }>('SELECT count(*) AS count FROM connection_secrets')
    expect(after).toEqual(before)
  })
})

describe('what is given for access', () => {
  const read = (changes: Partial<NewConnectionBody>) => readAccess(body(changes), admin)
  const plainKey = sshKey()

  it('takes an OpenSSH or PEM key without a passphrase, and nothing else', () => {
    const uri = 'qemu+ssh://root@kvm-gz-01/system'
    const pem = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' })
    expect(read({ uri, sshKey: plainKey })).toMatchObject({
      ok: true,
      value: { credentials: { sshPrivateKey: plainKey } },
    })
    expect(read({ uri, sshKey: pem.toString() })).toMatchObject({ ok: true })
    expect(read({ uri, sshKey: `\r\n${plainKey.trim().replaceAll('\n', '\r\n')}` })).toMatchObject({
      value: { credentials: { sshPrivateKey: plainKey } },
    })
    for (const unusable of ['hello', sshKey('secret'), plainKey.slice(0, 120), 'ssh-ed25519 AAAA lin@box']) {
      expect(read({ uri, sshKey: unusable })).toMatchObject({ why: { code: 'key-unusable', field: 'privateKey' } })
    }
    expect(read({ uri })).toMatchObject({ why: { code: 'credentials-missing', field: 'sshKey' } })
  })

  it('takes certificates that read as such, with their own key', () => {
    const uri = 'qemu+tls://kvm-gz-01/system'
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      .privateKey.export({ type: 'pkcs8', format: 'pem' })
      .toString()
    expect(read({ uri, ca: 'no certificate' })).toMatchObject({ why: { code: 'key-unusable', field: 'ca' } })
    expect(read({ uri, cert: 'x' })).toMatchObject({ why: { code: 'credentials-missing', field: 'key' } })
    expect(read({ uri, key: other })).toMatchObject({ why: { code: 'credentials-missing', field: 'cert' } })
    expect(read({ uri, cert: 'x', key: other })).toMatchObject({
      why: { code: 'key-unusable', field: 'clientCertificate' },
    })
    const pin = Array.from({ length: 32 }, () => 'AB').join(':')
    expect(read({ uri, fingerprint: pin })).toMatchObject({
      value: { credentials: { tlsFingerprint: 'ab'.repeat(32) } },
    })
    expect(newConnectionInput.safeParse({ name: 'x', kind: 'libvirt', uri, fingerprint: 'AB:CD' }).success).toBe(false)
  })

  it('takes only what the way there uses', () => {
    expect(read({ uri: 'qemu:///system', sshKey: plainKey, ca: 'x' })).toMatchObject({ value: { credentials: {} } })
    expect(read({ username: 'u' })).toMatchObject({ why: { code: 'credentials-missing', field: 'password' } })
  })

  it.each([
    ['qemu+ssh://h/system?command=/tmp/x', 'parameter'],
    ['qemu+ssh://h/system?netcat=x', 'parameter'],
    ['qemu:///system?socket=/tmp/x', 'local-socket'],
    ['qemu:///system?socket=x', 'socket'],
    ['qemu+tls://h/system?no_verify=1', 'parameter'],
    ['qemu+ssh://h/system?known_hosts_verify=ignore', 'parameter'],
    ['qemu+tls://h/system?pkipath=/tmp', 'parameter'],
    ['qemu+ssh://h/system?sshauth=none', 'parameter'],
    ['qemu+ssh://-oProxyCommand=x/system', 'dash'],
    ['qemu+ssh://-l@h/system', 'dash'],
    ['http://h/system', 'scheme'],
    ['qemu+exec://h/system', 'scheme'],
    ['not an address', 'syntax'],
  ])('refuses %s', (uri, problem) => {
    expect(read({ uri, sshKey: plainKey })).toMatchObject({ why: { code: 'address-invalid', problem } })
  })

  it('takes a socket of this server from whoever works on it', () => {
    const uri = 'qemu:///system?socket=/run/my-libvirt/libvirt-sock'
    expect(readAccess(body({ uri }), { kind: 'local', osUser: 'root', role: 'admin' })).toMatchObject({
      value: { address: { uri } },
    })
  })
})

describe('changing', () => {
  it('the name leaves access as it is', async () => {
    const id = await add({ username: 'reader', password: 'first' })
    const before = await readSecret(web.store, id)
    expect(await changeConnection({ ctx: web.contextOf(admin), input: { id, name: 'renamed' } })).toMatchObject({
      ok: true,
    })
    expect(await readSecret(web.store, id)).toEqual(before)
    expect(await lastAudit('connection.changed')).toMatchObject({ detail: { name: 'renamed' } })
  })

  it('address, user or pin needs the secret again: the sealed one goes nowhere else', async () => {
    const id = await add({ username: 'reader', password: 'first' })
    const change = (access: object) =>
      changeConnection({
        ctx: web.contextOf(admin),
        input: { id, access: { ...body({}), ...access } },
      })
    expect(await change({ username: 'writer' })).toMatchObject({ why: { code: 'secret-needed' } })
    expect(await change({ uri: 'qemu+ssh://elsewhere/system', knownHosts: 'x' })).toMatchObject({
      why: { code: 'secret-needed' },
    })
    const before = await readSecret(web.store, id)
    expect(await change({ uri: 'qemu+tcp://127.0.0.1:2/system' })).toMatchObject({ ok: true })
    const after = await readSecret(web.store, id)
    expect(after?.sealed.equals(before?.sealed ?? Buffer.alloc(0))).toBe(false)
    expect(after?.sealed.length).toBeLessThan(before?.sealed.length ?? 0)
    expect(await lastAudit('connection.changed')).toMatchObject({ detail: { credentials: 'replaced' } })
  })

  it('to operate and back is written down', async () => {
    const id = await add()
    const ctx = web.contextOf(admin)
    expect(await setMode({ ctx, input: { id, mode: 'operate' } })).toMatchObject({ ok: true })
    expect(await lastAudit('connection.mode-changed')).toMatchObject({ detail: { before: 'observe', mode: 'operate' } })
    expect(await findConnection(web.store, id)).toMatchObject({ mode: 'operate' })
    expect(await removeConnection({ ctx, input: { id } })).toMatchObject({ ok: true })
    expect(await setMode({ ctx, input: { id, mode: 'observe' } })).toMatchObject({ why: { code: 'missing' } })
    expect(await readSecret(web.store, id)).toBeNull()
    expect(await lastAudit('connection.removed')).toMatchObject({ detail: { kind: 'libvirt', demo: false } })
  })
})

describe('testing what is not saved', () => {
  it('answers with a test that says no, and writes it down', async () => {
    const test = await testUnsaved({ ctx: web.contextOf(admin), input: body({ name: 'nobody there' }) })
    expect(test).toMatchObject({ ok: true, value: { ok: false, why: { code: 'unreachable', cause: 'refused' } } })
    expect(await lastAudit('connection.tested')).toMatchObject({
      subject: 'connection:nobody there',
      detail: { ok: false, code: 'unreachable' },
    })
  })

  it('of a local daemon that is not there says so', async () => {
    const test = await testUnsaved({ ctx: web.contextOf(admin), input: body({ uri: 'lxc:///system' }) })
    expect(test.ok && !test.value.ok).toBe(true)
  })

  it('is bounded for whoever tries many addresses', async () => {
    const scanner = (await web.addUser('admin')).actor
    const answers = new Set<string>()
    for (let attempt = 0; attempt < 31; attempt += 1) {
      const test = await testUnsaved({ ctx: web.contextOf(scanner), input: body({ uri: 'x://' }) })
      answers.add(test.ok ? 'ok' : test.why.code)
    }
    expect([...answers]).toEqual(['address-invalid', 'rate-limited'])
  })

  it('shows nothing of a server that shows nothing', async () => {
    const ctx = web.contextOf(admin)
    expect(await fetchOffered({ ctx, input: { kind: 'libvirt', uri: 'qemu:///system' } })).toEqual({
      ok: true,
      value: { shows: 'nothing' },
    })
    const away = await fetchOffered({ ctx, input: { kind: 'libvirt', uri: 'qemu+tls://127.0.0.1:1/system' } })
    expect(away).toMatchObject({ why: { code: 'unreachable', cause: 'refused' } })
  })
})

describe('collecting', () => {
  it('says so when no worker answers in time', async () => {
    const id = await add()
    const answer = await collect({ ctx: web.contextOf(operator), input: { id } }, 100)
    expect(answer).toMatchObject({ why: { code: 'not-collected-in-time' } })
  })
})
