import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listAudit } from '@/lib/store/audit'
import { openTestWeb, type TestWeb } from '@/lib/web/testing/web'
import { listSessions } from './list'
import { revokeOtherSessions } from './revoke-others'

let web: TestWeb
beforeAll(async () => {
  web = await openTestWeb()
})
afterAll(() => web.close())

describe('ending all other sessions', () => {
  it('leaves the one that asks and those of other people, and writes it down once', async () => {
    const lin = await web.addUser('viewer', 'lin@example.org')
    const chen = await web.addUser('viewer', 'chen@example.org')
    for (const email of [lin.email, lin.email, lin.email, chen.email]) await web.browserOf(email)
    const mine = await listSessions({ ctx: web.contextOf(lin.actor), input: {} })
    const here = mine.ok ? (mine.value[0]?.id ?? '') : ''
    const ctx = { ...web.contextOf(lin.actor), sessionId: here }

    expect(await revokeOtherSessions({ ctx, input: {} })).toEqual({ ok: true, value: { ended: 2 } })
    expect(await revokeOtherSessions({ ctx, input: {} })).toEqual({ ok: true, value: { ended: 0 } })

    const left = await listSessions({ ctx, input: {} })
    expect(left.ok && left.value.map((session) => session.id)).toEqual([here])
    const others = await listSessions({ ctx: web.contextOf(chen.actor), input: {} })
    expect(others.ok && others.value.length).toBe(1)
    const { entries } = await listAudit(web.store, { action: 'session.revoked' })
    expect(entries.map(({ subject, detail }) => ({ subject, detail }))).toEqual([
      { subject: 'user:lin@example.org', detail: { all: 2 } },
    ])
  })

  it('is not for programs, which have no session to keep', async () => {
    const { actor } = await web.addUser('admin')
    const answer = await revokeOtherSessions({ ctx: web.contextOf(actor), input: {} })
    expect(answer.ok ? null : answer.why.code).toBe('forbidden')
  })
})
