import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
import { readablePath, tellWrongMethod } from './odd-requests'

describe('an address that is no UTF-8', () => {
  it.each([
    ['/guests/%ff', '/guests/%EF%BF%BD'],
    ['/guests/%', '/guests/%EF%BF%BD'],
    ['/guests/%2', '/guests/%EF%BF%BD2'],
    ['/guests/%E8%B4%A2', '/guests/%E8%B4%A2'],
    ['/guests/a%00b', '/guests/a%00b'],
    ['/guests?q=%ff', '/guests?q=%ff'],
    ['/guests?q=a?b', '/guests?q=a?b'],
    ['/', '/'],
  ])('%s is read as %s', (given, read) => {
    expect(readablePath(given)).toBe(read)
    expect(() => decodeURIComponent(readablePath(given).split('?')[0] ?? '')).not.toThrow()
  })
})

describe('a method that a route does not have', () => {
  it.each([
    ['at its end', () => undefined],
    ['before its end, as compression writes it', (response: ServerResponse) => response.writeHead(response.statusCode)],
  ])('is a problem where the head is written %s; every other answer is left alone', async (_, before) => {
    const server = createServer((request, response) => {
      tellWrongMethod(request, response)
      response.statusCode = request.method === 'PATCH' ? 405 : 200
      before(response)
      response.end(request.method === 'PATCH' ? undefined : 'as it was')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1/guests`
      const refused = await fetch(url, { method: 'PATCH' })
      expect([refused.status, refused.headers.get('content-type')]).toEqual([405, 'application/problem+json'])
      expect(await refused.json()).toMatchObject({ type: 'about:blank', status: 405, code: 'method-not-allowed' })
      expect(await (await fetch(url)).text()).toBe('as it was')
    } finally {
      await new Promise((resolve) => server.close(resolve))
    }
  })
})
