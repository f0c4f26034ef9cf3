import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { ANONYMOUS_ROUTES, defineAction, definePublic, defineRead, defineStream } from './gate'
import { openTestWeb, PUBLIC_URL, type TestWeb } from './testing/web'

let incoming = new Headers()
vi.mock('next/headers', () => ({ headers: async () => incoming }))

let web: TestWeb
let viewer: Headers
let admin: Headers
beforeAll(async () => {
  web = await openTestWeb()
  viewer = await web.browserOf((await web.addUser('viewer')).email)
  admin = await web.browserOf((await web.addUser('admin')).email)
})
afterAll(() => web.close())
beforeEach(() => {
  incoming = new Headers()
})

const from = (headers: Headers, origin: string | null = PUBLIC_URL): Headers => {
  const all = new Headers(headers)
  if (origin !== null) all.set('origin', origin)
  return all
}

describe('an action', () => {
  const ran = vi.fn()
  const action = defineAction({
    permission: 'user.manage',
    input: z.object({ id: z.string().min(3) }),
    run: async ({ ctx, input }) => {
      ran(ctx.actor.role, ctx.sessionId, input.id)
      return ok(input.id)
    },
  })
  beforeEach(() => ran.mockClear())

  it('runs for whoever may, from our own pages', async () => {
    incoming = from(admin)
    expect(await action({ id: 'abc' })).toEqual({ ok: true, value: 'abc' })
    expect(ran).toHaveBeenCalledWith('admin', expect.any(String), 'abc')
  })

  it.each([
    ['another site', 'https://evil.example'],
    ['a sandboxed frame', 'null'],
    ['no page at all', null],
  ])('does not run from %s', async (_, origin) => {
    incoming = from(admin, origin)
    expect(await action({ id: 'abc' })).toEqual({ ok: false, why: { code: 'wrong-origin', expected: PUBLIC_URL } })
    expect(ran).not.toHaveBeenCalled()
  })

  it('does not run without a session, without the role, or with input that does not fit', async () => {
    incoming = from(new Headers())
    expect(await action({ id: 'abc' })).toEqual({ ok: false, why: { code: 'unauthenticated' } })
    incoming = from(viewer)
    expect(await action({ id: 'abc' })).toEqual({ ok: false, why: { code: 'forbidden', needs: 'admin' } })
    incoming = from(admin)
    expect(await action({ id: 'a' })).toMatchObject({ ok: false, why: { code: 'invalid', errors: [{ path: 'id' }] } })
    expect(ran).not.toHaveBeenCalled()
  })

  it('that breaks tells a reference, and the log what and where, without the input', async () => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const broken = defineAction({
      permission: 'inventory.read',
      input: z.object({ password: z.string() }),
      run: async () => {
        throw new Error('the disk is full')
      },
    })
    incoming = from(admin)
    const answer = await broken({ password: 'canary-12' })
    expect(answer).toEqual({ ok: false, why: { code: 'failed', reference: expect.stringMatching(/^[0-9a-f]{10}$/) } })
    const line = String(log.mock.calls[0]?.[0])
    expect(line).toContain('the disk is full')
    expect(line).toContain(answer.ok || answer.why.code !== 'failed' ? 'none' : answer.why.reference)
    expect(line).not.toContain('canary-12')
    log.mockRestore()
  })

  it.each([
    ['53100', 'full'],
    ['57P01', 'down'],
  ] as const)('that the database refuses with %s says so, and keeps the rest for the log', async (code, problem) => {
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const refusedByDatabase = defineAction({
      permission: 'inventory.read',
      input: z.object({}),
      run: async ({ ctx }) => {
        await ctx.store.query(`DO $$ BEGIN RAISE EXCEPTION 'as it would' USING ERRCODE = '${code}'; END $$`)
        return ok(null)
      },
    })
    incoming = from(admin)
    expect(await refusedByDatabase({})).toEqual({ ok: false, why: { code: 'database-away', problem } })
    expect(String(log.mock.calls[0]?.[0])).toContain(code)
    log.mockRestore()
  })

  it("keeps the hypervisor's own words from the page", async () => {
    const native = { source: 'libvirt', code: 1, text: 'internal path /srv/secret' }
    const no = defineAction({
      permission: 'inventory.read',
      input: z.object({}),
      run: async () => refused({ code: 'hung', silentForMillis: 5 }, native),
    })
    incoming = from(admin)
    expect(await no({})).toEqual({ ok: false, why: { code: 'hung', silentForMillis: 5 } })
  })
})

describe('a public action', () => {
  const action = definePublic('/sign-in', { input: z.object({}), run: async () => ok('in') })

  it('needs no session, and a page of ours all the same', async () => {
    incoming = from(new Headers())
    expect(await action({})).toEqual({ ok: true, value: 'in' })
    incoming = from(new Headers(), 'https://evil.example')
    expect(await action({})).toMatchObject({ ok: false, why: { code: 'wrong-origin' } })
  })

  it('stands in the list', () => {
    expect(ANONYMOUS_ROUTES).toContain('/sign-in')
    expect(() => definePublic('/guests' as '/sign-in', { input: z.object({}), run: async () => ok(1) })).toThrow(
      /list of anonymous/,
    )
  })
})

describe('a read', () => {
  const read = defineRead({
    permission: 'user.manage',
    input: z.object({ id: z.string(), limit: z.coerce.number().max(5).default(2) }),
    run: async ({ input }) => ok(input),
  })
  const get = (headers: Headers, query = '') =>
    read(new Request(`http://x/api/things/7${query}`, { headers }), { params: Promise.resolve({ id: '7' }) })

  it('answers with JSON that nobody keeps, from the path and the query', async () => {
    const response = await get(admin, '?limit=3&id=8')
    expect(await response.json()).toEqual({ id: '7', limit: 3 })
    expect(response.headers.get('cache-control')).toBe('private, no-store')
  })

  it.each([
    ['without a session', () => get(new Headers()), 401, 'unauthenticated'],
    ['without the role', () => get(viewer), 403, 'forbidden'],
    ['with a parameter that does not fit', () => get(admin, '?limit=9'), 422, 'invalid'],
  ])('refuses %s', async (_, ask, status, code) => {
    const response = await ask()
    expect([response.status, (await response.json()).why.code]).toEqual([status, code])
  })

  it('a bearer token is no session', async () => {
    expect((await get(new Headers({ authorization: 'Bearer swt_0000000000000000' }))).status).toBe(401)
  })
})

describe('a stream', () => {
  it('opens for whoever may', async () => {
    const stream = defineStream({ permission: 'user.manage', open: async () => new Response('open') })
    const ask = (headers: Headers) => stream(new Request('http://x/', { headers }), { params: Promise.resolve({}) })
    expect((await ask(new Headers())).status).toBe(401)
    expect((await ask(viewer)).status).toBe(403)
    expect(await (await ask(admin)).text()).toBe('open')
  })
})
