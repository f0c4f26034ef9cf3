import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAudit } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { updateUser } from '@/lib/store/users'
import { callerBySession } from './caller'
import { signIn } from './sign-in'
import { GOOD_PASSWORD, openTestWeb, type TestWeb } from './testing/web'

let web: TestWeb
beforeAll(async () => {
  web = await openTestWeb()
})
afterAll(() => web.close())

describe('signing in', () => {
  it('begins a session whose cookie is closed to scripts and sent over https only', async () => {
    const { email, userId } = await web.addUser('operator')
    const outcome = await signIn(web.publicContext({ 'user-agent': 'test browser' }), {
      email,
      password: GOOD_PASSWORD,
    })
    if (!outcome.ok) throw new Error(outcome.why.code)
    const { cookie } = outcome.value
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'lax', secure: true, path: '/', maxAge: 12 * 60 * 60 })
    expect(cookie.name).toBe('__Secure-snapwarden.session_token')
    const headers = new Headers({ cookie: `${cookie.name}=${encodeURIComponent(cookie.value)}` })
    const caller = await callerBySession(web, headers)
    expect(caller?.actor).toEqual({ kind: 'user', userId, email, role: 'operator' })
  })

  it('stores the session token as a hash, and writes the session with its audit entry', async () => {
    const { email } = await web.addUser('viewer')
    const headers = await web.browserOf(email)
    const token = decodeURIComponent(headers.get('cookie')?.split('=')[1] ?? '').split('.')[0] ?? 'none'
    const rows = await web.store.query<{ token: string; address: string }>(
      'SELECT token, ip_address AS address FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = $1',
      [email],
    )
    expect(rows).toEqual([{ token: expect.stringMatching(/^[0-9a-f]{64}$/), address: '192.0.2.7' }])
    expect(rows[0]?.token).not.toContain(token)
    const { entries } = await listAudit(web.store, { action: 'session.signed-in', text: email })
    expect(entries).toMatchObject([{ actor: `user:${email}`, address: '192.0.2.7' }])
  })

  it('answers a wrong password, an unknown address and a disabled account alike, and writes each down', async () => {
    const { email } = await web.addUser('viewer')
    const gone = await web.addUser('viewer')
    await withTransaction(web.store, (tx) => updateUser(tx, gone.userId, { disabled: true }))
    const tries = [
      { email, password: 'not the password' },
      { email: 'nobody@example.org', password: GOOD_PASSWORD },
      { email: gone.email, password: GOOD_PASSWORD },
    ]
    for (const input of tries) {
      expect(await signIn(web.publicContext(), input)).toEqual({ ok: false, why: { code: 'sign-in-refused' } })
      const { entries } = await listAudit(web.store, { action: 'session.sign-in-failed', text: input.email })
      expect(entries).toHaveLength(1)
    }
  })

  it('stops guessing after ten tries, also with the right password, and lets another address in', async () => {
    const { email } = await web.addUser('viewer')
    const from = { 'x-forwarded-for': '198.51.100.9' }
    for (let attempt = 0; attempt < 10; attempt += 1) {
      const answer = await signIn(web.publicContext(from), { email, password: `guess ${attempt}` })
      expect(answer).toMatchObject({ why: { code: 'sign-in-refused' } })
    }
    const limited = await signIn(web.publicContext(from), { email, password: GOOD_PASSWORD })
    expect(limited).toMatchObject({ ok: false, why: { code: 'rate-limited' } })
    expect((await signIn(web.publicContext(), { email, password: GOOD_PASSWORD })).ok).toBe(true)
  })

  it('refuses a session that ended, a forged cookie, and a person disabled meanwhile', async () => {
    const { email, userId } = await web.addUser('admin')
    const headers = await web.browserOf(email)
    expect(await callerBySession(web, headers)).not.toBeNull()
    const forged = new Headers({ cookie: `${headers.get('cookie')?.slice(0, -6)}AAAAAA` })
    expect(await callerBySession(web, forged)).toBeNull()
    expect(await callerBySession(web, new Headers())).toBeNull()

    await withTransaction(web.store, (tx) => updateUser(tx, userId, { disabled: true }))
    expect(await callerBySession(web, headers)).toBeNull()
    await withTransaction(web.store, (tx) => updateUser(tx, userId, { disabled: false }))
    expect(await callerBySession(web, headers)).not.toBeNull()
    await web.store.query("UPDATE sessions SET expires_at = now() - interval '1 second' WHERE user_id = $1", [userId])
    expect(await callerBySession(web, headers)).toBeNull()
  })

  it('takes the role of today, not the one at sign-in', async () => {
    const { email, userId } = await web.addUser('admin')
    const headers = await web.browserOf(email)
    await withTransaction(web.store, (tx) => updateUser(tx, userId, { role: 'viewer' }))
    expect((await callerBySession(web, headers))?.actor.role).toBe('viewer')
  })
})
