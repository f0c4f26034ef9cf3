import { afterEach, describe, expect, it, vi } from 'vitest'
import { fetchRead, ReadError } from './fetch-read'
import { keysOf } from './topics'

const answer = (body: BodyInit, status = 200) =>
  vi.stubGlobal(
    'fetch',
    vi.fn(async () => new Response(body, { status })),
  )
afterEach(() => vi.unstubAllGlobals())

const read = (parameters = {}) => fetchRead('/api/guests', parameters, undefined)

describe('reading a route', () => {
  it('gives its JSON, and sends only parameters that say something', async () => {
    answer('{"rows":[]}')
    expect(await read({ q: 'a b', sort: undefined, offset: 0, cursor: '' })).toEqual({ rows: [] })
    expect(fetch).toHaveBeenCalledWith('/api/guests?q=a+b&offset=0', expect.anything())
  })

  it('throws the reason of a refusal', async () => {
    answer('{"status":403,"why":{"code":"forbidden","needs":"admin"}}', 403)
    await expect(read()).rejects.toMatchObject({ why: { code: 'forbidden', needs: 'admin' }, status: 403 })
  })

  it('has a reason also for what is not ours, and for no answer', async () => {
    answer('<html>proxy</html>', 502)
    await expect(read()).rejects.toMatchObject({ why: { code: 'protocol' }, status: 502 })
    vi.stubGlobal('fetch', async () => {
      throw new TypeError('network')
    })
    await expect(read()).rejects.toBeInstanceOf(ReadError)
  })

  it('that was given up says so in the words of whoever gave up', async () => {
    const given = new AbortController()
    vi.stubGlobal('fetch', async () => {
      given.abort()
      throw given.signal.reason
    })
    await expect(fetchRead('/x', {}, given.signal)).rejects.toMatchObject({ name: 'AbortError' })
  })
})

describe('what a change makes old', () => {
  it('is told once, however many changes say it', () => {
    const keys = keysOf([
      { topic: 'guest', id: 'one' },
      { topic: 'guest', id: 'two' },
      { topic: 'guests', id: null },
    ])
    expect(keys).toContainEqual(['guest', 'one'])
    expect(keys).toContainEqual(['guest', 'two'])
    expect(keys.filter((key) => JSON.stringify(key) === '["guests"]')).toHaveLength(1)
  })

  it('of every thing of a kind is the whole kind', () => {
    expect(keysOf([{ topic: 'storage', id: null }])).toContainEqual(['storage'])
  })
})
