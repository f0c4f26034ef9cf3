import { describe, expect, it } from 'vitest'
import { settleForwardedHeaders, trustProxies } from './forwarded'

const nobody = trustProxies([])
const ours = trustProxies(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])

function settled(headers: Record<string, string>, from: string, proxies = ours) {
  const copy: Record<string, string | string[] | undefined> = { ...headers }
  const client = settleForwardedHeaders(copy, from, proxies)
  return { client, headers: copy }
}

describe('settleForwardedHeaders', () => {
  it('drops every claim of a sender nobody trusts', () => {
    const claims = {
      'x-forwarded-for': '1.2.3.4',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-real-ip': '1.2.3.4',
      forwarded: 'for=1.2.3.4',
      host: 'snapwarden.example',
    }
    expect(settled(claims, '198.51.100.7', nobody)).toEqual({
      client: '198.51.100.7',
      headers: { host: 'snapwarden.example', 'x-forwarded-for': '198.51.100.7' },
    })
    expect(settled(claims, '198.51.100.7').client).toBe('198.51.100.7')
  })

  it('believes a trusted proxy about client, host and scheme', () => {
    const { client, headers } = settled(
      { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'snapwarden.example', 'x-forwarded-proto': 'https' },
      '::ffff:10.1.2.3',
    )
    expect(client).toBe('203.0.113.9')
    expect(headers).toMatchObject({ 'x-forwarded-host': 'snapwarden.example', 'x-forwarded-proto': 'https' })
  })

  it('walks a chain from the right and stops at the first stranger', () => {
    expect(settled({ 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.0.0.2' }, '127.0.0.1').client).toBe('203.0.113.9')
    expect(settled({ 'x-forwarded-for': '10.0.0.9, 10.0.0.2' }, '127.0.0.1').client).toBe('10.0.0.9')
  })

  it('falls back to the connection when the chain is unreadable or missing', () => {
    expect(settled({ 'x-forwarded-for': '6.6.6.6, unknown' }, '127.0.0.1').client).toBe('127.0.0.1')
    expect(settled({}, '127.0.0.1').client).toBe('127.0.0.1')
  })

  it('reads addresses with ports and brackets', () => {
    expect(settled({ 'x-forwarded-for': '[2001:db8::1]:443' }, 'fd00::1').client).toBe('2001:db8::1')
    expect(settled({ 'x-forwarded-for': '203.0.113.9:5555' }, '127.0.0.1').client).toBe('203.0.113.9')
  })

  it('takes no scheme but http and https', () => {
    expect(settled({ 'x-forwarded-proto': 'javascript' }, '127.0.0.1').headers['x-forwarded-proto']).toBeUndefined()
  })
})
