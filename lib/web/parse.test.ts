import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseInput, queryOf, readJsonBody } from './parse'

const post = (body: string) => new Request('http://x/', { method: 'POST', body })

describe('bodies', () => {
  it('are read up to their bound, whatever length they claim', async () => {
    expect(await readJsonBody(post('{"a":1}'), 100)).toEqual({ ok: true, value: { a: 1 } })
    expect(await readJsonBody(post(JSON.stringify('x'.repeat(200))), 100)).toMatchObject({
      ok: false,
      why: { code: 'invalid' },
    })
  })

  it('that are empty count as no fields; that are no JSON are refused', async () => {
    expect(await readJsonBody(new Request('http://x/', { method: 'POST' }), 100)).toEqual({ ok: true, value: {} })
    expect(await readJsonBody(post('  '), 100)).toEqual({ ok: true, value: {} })
    expect(await readJsonBody(post('{a:1}'), 100)).toMatchObject({ ok: false, why: { code: 'invalid' } })
  })
})

describe('input', () => {
  it('that does not fit comes back by field, without what was sent', () => {
    const schema = z.object({ address: z.object({ uri: z.string().min(3) }) })
    const outcome = parseInput(schema, { address: { uri: 5 } })
    expect(outcome).toMatchObject({ ok: false, why: { code: 'invalid', errors: [{ path: 'address.uri' }] } })
  })

  it('from an address takes the first of a repeated parameter, and no prototype', () => {
    expect(queryOf('http://x/?a=1&a=2&__proto__=3')).toMatchObject({ a: '1' })
    expect(Object.getPrototypeOf(queryOf('http://x/?__proto__=3'))).toBe(Object.prototype)
  })
})
