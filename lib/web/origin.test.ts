import { describe, expect, it } from 'vitest'
import { clientAddress, comesFromUs, expectedOrigin } from './origin'

const PUBLIC = 'https://snapwarden.example'
const headers = (entries: Record<string, string>) => new Headers(entries)

describe('where a change may come from', () => {
  it.each([
    ['the public address', { origin: PUBLIC }, PUBLIC, true],
    ['another site', { origin: 'https://evil.example' }, PUBLIC, false],
    ['the public name on another scheme', { origin: 'http://snapwarden.example' }, PUBLIC, false],
    ['the public name on another port', { origin: 'https://snapwarden.example:8443' }, PUBLIC, false],
    ['a sandboxed frame', { origin: 'null' }, PUBLIC, false],
    ['nobody says', {}, PUBLIC, false],
    [
      'a foreign site behind a careless proxy',
      { origin: 'https://evil.example', 'x-forwarded-host': 'evil.example' },
      PUBLIC,
      false,
    ],
    ['our own host, no public address', { origin: 'http://127.0.0.1:3000', host: '127.0.0.1:3000' }, null, true],
    ['another host, no public address', { origin: 'http://evil.example', host: '127.0.0.1:3000' }, null, false],
    [
      'a proxy with TLS that we trust',
      { origin: PUBLIC, host: 'snapwarden.example', 'x-forwarded-proto': 'https' },
      null,
      true,
    ],
    ['no host at all', { origin: 'http://' }, null, false],
  ])('%s', (_, given, publicUrl, expected) => {
    expect(comesFromUs(headers(given as Record<string, string>), publicUrl)).toBe(expected)
  })

  it('names the origin that would have been right', () => {
    expect(expectedOrigin(headers({ host: 'box:3000' }), null)).toBe('http://box:3000')
    expect(expectedOrigin(headers({ host: 'not a host' }), null)).toBeNull()
  })
})

describe("the client's address", () => {
  it('is the first our server wrote, without the IPv6 form of an IPv4 address', () => {
    expect(clientAddress(headers({ 'x-forwarded-for': '::ffff:192.0.2.1' }))).toBe('192.0.2.1')
    expect(clientAddress(headers({ 'x-forwarded-for': '2001:db8::1, 10.0.0.1' }))).toBe('2001:db8::1')
    expect(clientAddress(headers({}))).toBeNull()
  })
})
