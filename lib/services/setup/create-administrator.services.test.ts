import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { listAudit } from '@/lib/store/audit'
import { findUserByEmail } from '@/lib/store/users'
import { GOOD_PASSWORD, openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { createAdministrator } from './create-administrator'
import { setupStatus } from './status'

const CODE = 'ABCD-EFGH-JKMN'

let web: TestWeb
let codeFile: string
beforeAll(async () => {
  web = await openTestWeb()
  codeFile = join(web.directory, 'setup-code')
})
afterAll(() => web.close())
beforeEach(async () => {
  await web.store.query('TRUNCATE users, rate_limits, audit CASCADE')
  writeFileSync(codeFile, `${CODE}\n`)
})

const attempt = (code: string, changes: { email?: string; password?: string } = {}) =>
  createAdministrator({
    ctx: web.contextOf({ kind: 'system', part: 'setup', role: 'admin' }),
    input: { code, name: 'Lin', email: 'lin@example.org', password: GOOD_PASSWORD, codeFile, ...changes },
  })

describe('the set-up code', () => {
  it('makes the first administrator, once, and is gone then', async () => {
    expect(await attempt(CODE)).toMatchObject({ ok: true })
    expect(existsSync(codeFile)).toBe(false)
    expect(await findUserByEmail(web.store, 'LIN@example.org')).toMatchObject({ role: 'admin', disabled: false })
    const { entries } = await listAudit(web.store)
    expect(entries).toMatchObject([
      { action: 'setup.administrator-created', actor: 'system:setup', subject: 'user:lin@example.org' },
    ])
    writeFileSync(codeFile, CODE)
    expect(await attempt(CODE, { email: 'other@example.org' })).toEqual({ ok: false, why: { code: 'setup-done' } })
    expect((await setupStatus(web.store)).value).toMatchObject({ administratorExists: true, connectionExists: false })
  })

  it('may be typed in lower case, with spaces, or without its dashes', async () => {
    expect(await attempt(' abcdefgh jkmn ')).toMatchObject({ ok: true })
  })

  it.each(['', 'ABCD-EFGH-JKM', 'ABCD-EFGH-JKMP', `${CODE}X`, '____________'])('is not %j', async (code) => {
    expect(await attempt(code)).toMatchObject({ ok: false, why: { code: 'setup-code-wrong', triesLeft: 9 } })
  })

  it('is tried ten times an hour, whoever tries, and then not even the right one is looked at', async () => {
    for (let left = 9; left >= 0; left -= 1) {
      expect(await attempt('WRONG')).toMatchObject({ why: { code: 'setup-code-wrong', triesLeft: left } })
    }
    const refused = await attempt(CODE)
    expect(refused).toMatchObject({ ok: false, why: { code: 'rate-limited' } })
    if (!refused.ok && refused.why.code === 'rate-limited') {
      expect(refused.why.retryAfterMillis).toBeGreaterThan(50 * 60_000)
    }
    await web.store.query("UPDATE rate_limits SET window_start = now() - interval '61 minutes'")
    expect(await attempt(CODE)).toMatchObject({ ok: true })
  })

  it('makes one administrator when two people are equally fast', async () => {
    const both = await Promise.all([attempt(CODE), attempt(CODE, { email: 'chen@example.org' })])
    expect(both.filter(({ ok }) => ok)).toHaveLength(1)
    expect(both.filter(({ ok }) => !ok)).toMatchObject([{ why: { code: 'setup-done' } }])
  })

  it('is not called wrong by whom somebody else was a moment faster', async () => {
    const { store } = web
    let looks = 0
    const query: typeof store.query = async (sql, parameters) => {
      const rows = await store.query(sql, parameters)
      looks += 1
      if (looks === 1) expect(await attempt(CODE, { email: 'chen@example.org' })).toMatchObject({ ok: true })
      return rows as never
    }
    const ctx = { ...web.contextOf({ kind: 'system', part: 'setup', role: 'admin' }), store: { ...store, query } }
    const input = { code: CODE, name: 'Lin', email: 'lin@example.org', password: GOOD_PASSWORD, codeFile }
    expect(await createAdministrator({ ctx, input })).toEqual({ ok: false, why: { code: 'setup-done' } })
  })

  it('does not help a password that is too short', async () => {
    expect(await attempt(CODE, { password: 'short' })).toMatchObject({ why: { code: 'weak-password', minLength: 10 } })
    expect(existsSync(codeFile)).toBe(true)
  })

  it('is wrong while there is none', async () => {
    writeFileSync(codeFile, '\n')
    expect(await attempt('')).toMatchObject({ why: { code: 'setup-code-wrong' } })
  })
})
