import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { AuditAction } from '@/lib/domain/audit'
import { DAY, elapsedMillis } from '@/lib/domain/units'
import { listAudit } from '@/lib/store/audit'
import { changesAfter, latestSeq } from '@/lib/store/changes'
import { findTokenHolder } from '@/lib/store/tokens'
import { findUser } from '@/lib/store/users'
import { callerBySession } from '@/lib/web/caller'
import { signIn } from '@/lib/web/sign-in'
import { GOOD_PASSWORD, openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { listAudit as listAuditVerb } from './audit/list'
import { changeProfile } from './profile/change'
import { listSessions } from './session/list'
import { revokeSession } from './session/revoke'
import { signOut } from './session/sign-out'
import { createToken } from './token/create'
import { listTokens } from './token/list'
import { revokeToken } from './token/revoke'
import { changeUser } from './user/change'
import { createUser } from './user/create'
import { listUsers } from './user/list'
import { removeUser } from './user/remove'
import { resetPassword } from './user/reset-password'

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

const NEW_PASSWORD = 'another long password'
const forbidden = (needs: string) => ({ ok: false, why: { code: 'forbidden', needs } })
const lastAudit = async (action: AuditAction) => (await listAudit(web.store, { action, limit: 1 })).entries[0]

describe('people', () => {
  it('are managed by administrators only', async () => {
    const user = { email: 'x@example.org', name: 'X', role: 'viewer', password: GOOD_PASSWORD } as const
    const { userId } = await web.addUser('viewer')
    for (const actor of [viewer, operator]) {
      const ctx = web.contextOf(actor)
      expect(await createUser({ ctx, input: user })).toEqual(forbidden('admin'))
      expect(await changeUser({ ctx, input: { id: userId, role: 'admin' } })).toEqual(forbidden('admin'))
      expect(await resetPassword({ ctx, input: { id: userId, password: NEW_PASSWORD } })).toEqual(forbidden('admin'))
      expect(await removeUser({ ctx, input: { id: userId } })).toEqual(forbidden('admin'))
      expect(await listUsers({ ctx, input: {} })).toEqual(forbidden('admin'))
      expect(await listAuditVerb({ ctx, input: { limit: 10 } })).toEqual(forbidden('admin'))
    }
  })

  it('are created with a first password, once per e-mail address, audited and told', async () => {
    const before = await latestSeq(web.store)
    const input = { email: 'new@example.org', name: 'New', role: 'operator', password: GOOD_PASSWORD } as const
    const made = await createUser({ ctx: web.contextOf(admin), input })
    if (!made.ok) throw new Error(made.why.code)
    expect(await signIn(web.publicContext(), { email: input.email, password: GOOD_PASSWORD })).toMatchObject({
      ok: true,
    })
    expect(await createUser({ ctx: web.contextOf(admin), input })).toMatchObject({
      why: { code: 'already-exists', what: 'user' },
    })
    const entry = await lastAudit('user.created')
    expect(entry).toMatchObject({ subject: 'user:new@example.org', detail: { role: 'operator' }, address: '192.0.2.7' })
    expect(JSON.stringify(entry)).not.toContain(GOOD_PASSWORD)
    const told = await changesAfter(web.store, before, 100)
    expect(told).toContainEqual(expect.objectContaining({ topic: 'users', id: made.value.id }))
    const everybody = await listUsers({ ctx: web.contextOf(admin), input: {} })
    expect(everybody.ok && everybody.value.find(({ email }) => email === input.email)).toMatchObject({
      sessions: 1,
      role: 'operator',
    })
  })

  it('with a weak password are not created', async () => {
    const input = { email: 'weak@example.org', name: 'Weak', role: 'viewer' } as const
    for (const password of ['short', 'aaaaaaaaaaaaaaaa', '一二三四五六七八九']) {
      const made = await createUser({ ctx: web.contextOf(admin), input: { ...input, password } })
      expect(made).toMatchObject({ why: { code: 'weak-password' } })
    }
  })

  it('who are disabled are out at once: session and tokens', async () => {
    const person = await web.addUser('admin')
    const browser = await web.browserOf(person.email)
    const token = await createToken({ ctx: web.contextOf(person.actor), input: { name: 't', role: 'viewer', days: 1 } })
    if (!token.ok) throw new Error(token.why.code)
    expect(await changeUser({ ctx: web.contextOf(admin), input: { id: person.userId, disabled: true } })).toMatchObject(
      { ok: true },
    )
    expect(await callerBySession(web, browser)).toBeNull()
    expect(await findTokenHolder(web.store, token.value.secret)).toBeNull()
    expect(await lastAudit('user.changed')).toMatchObject({ detail: { disabled: true } })
  })

  it('whose password is reset are signed out, and the new one is theirs', async () => {
    const person = await web.addUser('viewer')
    const browser = await web.browserOf(person.email)
    const input = { id: person.userId, password: NEW_PASSWORD }
    expect(await resetPassword({ ctx: web.contextOf(admin), input })).toMatchObject({ ok: true })
    expect(await callerBySession(web, browser)).toBeNull()
    expect(await signIn(web.publicContext(), { email: person.email, password: GOOD_PASSWORD })).toMatchObject({
      ok: false,
    })
    expect(await signIn(web.publicContext(), { email: person.email, password: NEW_PASSWORD })).toMatchObject({
      ok: true,
    })
    expect(await lastAudit('user.password-reset')).toMatchObject({ subject: `user:${person.email}` })
  })

  it('who are removed leave their traces and nothing else', async () => {
    const person = await web.addUser('operator')
    await web.browserOf(person.email)
    expect(await removeUser({ ctx: web.contextOf(admin), input: { id: person.userId } })).toMatchObject({ ok: true })
    expect(await findUser(web.store, person.userId)).toBeNull()
    expect(await web.store.query('SELECT 1 FROM sessions WHERE user_id = $1', [person.userId])).toEqual([])
    expect((await listAudit(web.store, { text: person.email })).entries.length).toBeGreaterThan(1)
    expect(await removeUser({ ctx: web.contextOf(admin), input: { id: person.userId } })).toMatchObject({
      why: { code: 'missing' },
    })
  })

  it('always keep one administrator who can sign in, however fast they are', async () => {
    const other = await openTestWeb()
    try {
      const one = await other.addUser('admin')
      const two = await other.addUser('admin')
      const demote = (by: Actor, id: typeof one.userId) =>
        changeUser({ ctx: other.contextOf(by), input: { id, role: 'viewer' } })
      const both = await Promise.all([demote(one.actor, two.userId), demote(two.actor, one.userId)])
      expect(both.filter(({ ok }) => ok)).toHaveLength(1)
      expect(both.find(({ ok }) => !ok)).toMatchObject({ why: { code: 'last-administrator' } })
      const left = [one, two][both[0].ok ? 0 : 1]
      if (left === undefined) throw new Error('one is left')
      const ctx = other.contextOf(left.actor)
      expect(await changeUser({ ctx, input: { id: left.userId, disabled: true } })).toMatchObject({
        why: { code: 'last-administrator' },
      })
      expect(await removeUser({ ctx, input: { id: left.userId } })).toMatchObject({
        why: { code: 'last-administrator' },
      })
    } finally {
      await other.close()
    }
  })
})

describe("one's own profile", () => {
  it('is changed by its person, a new password with the old one, which ends the other sessions', async () => {
    const person = await web.addUser('viewer')
    const here = await callerBySession(web, await web.browserOf(person.email))
    const elsewhere = await web.browserOf(person.email)
    const ctx = { ...web.contextOf(person.actor), sessionId: here?.sessionId ?? null }
    expect(
      await changeProfile({
        ctx,
        input: { name: '林', language: 'zh-CN', theme: 'dark', density: 'compact', shortcuts: false },
      }),
    ).toMatchObject({ ok: true })
    expect(await findUser(web.store, person.userId)).toMatchObject({
      name: '林',
      language: 'zh-CN',
      theme: 'dark',
      density: 'compact',
      shortcuts: false,
    })
    expect(await lastAudit('user.changed')).toMatchObject({ actor: `user:${person.email}`, detail: { theme: 'dark' } })

    const wrong = await changeProfile({ ctx, input: { password: { current: 'not this one', next: NEW_PASSWORD } } })
    expect(wrong).toMatchObject({ why: { code: 'invalid', errors: [{ path: 'password.current' }] } })
    expect(
      await changeProfile({ ctx, input: { password: { current: GOOD_PASSWORD, next: NEW_PASSWORD } } }),
    ).toMatchObject({ ok: true })
    expect(await callerBySession(web, elsewhere)).toBeNull()
    const mine = await listSessions({ ctx, input: {} })
    expect(mine.ok && mine.value).toMatchObject([{ current: true }])
  })

  it("has a door of its own for guesses at one's password", async () => {
    const person = await web.addUser('viewer')
    const guess = () =>
      changeProfile({ ctx: web.contextOf(person.actor), input: { password: { current: 'guess', next: NEW_PASSWORD } } })
    for (let attempt = 0; attempt < 10; attempt += 1) expect(await guess()).toMatchObject({ why: { code: 'invalid' } })
    expect(await guess()).toMatchObject({ why: { code: 'rate-limited' } })
  })
})

describe('sessions', () => {
  it('are seen and ended by their person, and by administrators', async () => {
    const person = await web.addUser('viewer')
    const other = await web.addUser('viewer')
    const browser = await web.browserOf(person.email)
    const theirs = await listSessions({ ctx: web.contextOf(person.actor), input: {} })
    const id = theirs.ok ? (theirs.value[0]?.id ?? '') : ''
    expect(theirs.ok && theirs.value).toMatchObject([{ userEmail: person.email, address: '192.0.2.7' }])
    const everybody = await listSessions({ ctx: web.contextOf(admin), input: {} })
    expect(everybody.ok && everybody.value.length).toBeGreaterThan(1)

    expect(await revokeSession({ ctx: web.contextOf(other.actor), input: { id } })).toMatchObject({
      why: { code: 'missing' },
    })
    expect(await callerBySession(web, browser)).not.toBeNull()
    expect(await revokeSession({ ctx: web.contextOf(person.actor), input: { id } })).toMatchObject({ ok: true })
    expect(await callerBySession(web, browser)).toBeNull()
    expect(await lastAudit('session.revoked')).toMatchObject({ subject: `user:${person.email}` })
  })

  it('end by signing out, once', async () => {
    const person = await web.addUser('viewer')
    const browser = await web.browserOf(person.email)
    const caller = await callerBySession(web, browser)
    const ctx = { ...web.contextOf(person.actor), sessionId: caller?.sessionId ?? null }
    expect(await signOut({ ctx, input: {} })).toMatchObject({ ok: true })
    expect(await signOut({ ctx, input: {} })).toMatchObject({ ok: true })
    expect(await callerBySession(web, browser)).toBeNull()
    const { entries } = await listAudit(web.store, { action: 'session.signed-out', text: person.email })
    expect(entries).toHaveLength(1)
  })
})

describe('API tokens', () => {
  it('are told once, kept as a hash, and never exceed the role of their maker', async () => {
    const tooMuch = await createToken({ ctx: web.contextOf(operator), input: { name: 'ci', role: 'admin', days: 1 } })
    expect(tooMuch).toEqual(forbidden('admin'))
    const made = await createToken({ ctx: web.contextOf(operator), input: { name: 'ci', role: 'operator', days: 30 } })
    if (!made.ok) throw new Error(made.why.code)
    const { secret, expiresAt } = made.value
    expect(Math.round(elapsedMillis(new Date().toISOString(), expiresAt) / DAY)).toBe(30)
    const [row] = await web.store.query<{ text: string }>('SELECT t::text AS text FROM api_tokens t WHERE id = $1', [
      made.value.id,
    ])
    expect(row?.text).not.toContain(secret)
    const listed = await listTokens({ ctx: web.contextOf(operator), input: {} })
    expect(listed.ok && listed.value).toMatchObject([{ name: 'ci', role: 'operator', prefix: secret.slice(0, 10) }])
    expect(JSON.stringify([listed, await lastAudit('token.created')])).not.toContain(secret)
  })

  it('are seen and ended by their person, and by administrators', async () => {
    const one = await web.addUser('viewer')
    const made = await createToken({ ctx: web.contextOf(one.actor), input: { name: 'mine', role: 'viewer', days: 1 } })
    if (!made.ok) throw new Error(made.why.code)
    const { id, secret } = made.value
    const others = await listTokens({ ctx: web.contextOf(viewer), input: {} })
    expect(others.ok && others.value).toEqual([])
    expect(await revokeToken({ ctx: web.contextOf(viewer), input: { id } })).toMatchObject({ why: { code: 'missing' } })
    expect(await findTokenHolder(web.store, secret)).not.toBeNull()
    expect(await revokeToken({ ctx: web.contextOf(admin), input: { id } })).toMatchObject({ ok: true })
    expect(await findTokenHolder(web.store, secret)).toBeNull()
    expect(await lastAudit('token.revoked')).toMatchObject({ subject: 'token:mine' })
  })
})
