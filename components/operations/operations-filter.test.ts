import { describe, expect, it } from 'vitest'
import { isSearch, operationFilterOf, operationsHref, operationsInput } from './operations-filter'

const from = (address: string) => {
  const query = new URL(address, 'http://a').searchParams
  return operationFilterOf((name) => query.get(name))
}

describe('the filter of operations', () => {
  it('is the same again after its address', () => {
    for (const address of [
      '/operations',
      '/operations?show=attention',
      '/operations?show=ended&kind=delete&connection=c1&q=web+01',
    ])
      expect(operationsHref(from(address))).toBe(address)
  })

  it('leaves out of an address what does not belong in it', () => {
    expect(operationsHref(from('/operations?show=soon&kind=explode&q=%20&other=1'))).toBe('/operations')
  })

  it('asks for states, kind, connection and text', () => {
    expect(operationsInput(from('/operations?show=active&kind=batch&q=mei'))).toEqual({
      state: 'queued,running',
      kind: 'batch',
      q: 'mei',
    })
    expect(operationsInput(from('/operations'))).toEqual({})
  })

  it('knows a search from a choice of states', () => {
    expect(isSearch(from('/operations?show=ended'))).toBe(false)
    expect(isSearch(from('/operations?connection=c1'))).toBe(true)
  })
})
