import { BlockList, isIP, isIPv6 } from 'node:net'

/** Headers a reverse proxy sets; from anyone else they are a claim about nothing. */
const FORWARDED_HEADERS = [
  'forwarded',
  'x-forwarded-for',
  'x-forwarded-host',
  'x-forwarded-proto',
  'x-forwarded-port',
  'x-real-ip',
]

type Headers = Record<string, string | string[] | undefined>

/** Decides whether an address may speak for others. */
export type TrustedProxies = { readonly trusts: (address: string) => boolean }

/** The proxies of a list of addresses and networks (as `readTrustedProxies` gives it). */
export function trustProxies(entries: readonly string[]): TrustedProxies {
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return {
    trusts: (address) => {
      const plain = plainAddress(address)
      return isIP(plain) !== 0 && list.check(plain, isIPv6(plain) ? 'ipv6' : 'ipv4')
    },
  }
}

/**
 * Rewrites a request's headers in place so that the application may believe them: `x-forwarded-for` becomes the one
 * address that counts (the nearest that is no trusted proxy of ours), and what an untrusted sender claims about host
 * and scheme is gone.
 * @returns the client's address, "" when the connection is already closed
 */
export function settleForwardedHeaders(
  headers: Headers,
  remoteAddress: string | undefined,
  proxies: TrustedProxies,
): string {
  const peer = plainAddress(remoteAddress ?? '')
  const trusted = proxies.trusts(peer)
  const client = trusted ? nearestStranger(single(headers['x-forwarded-for']), peer, proxies) : peer
  const host = trusted ? lastOf(single(headers['x-forwarded-host'])) : null
  const scheme = trusted ? lastOf(single(headers['x-forwarded-proto'])) : null
  for (const name of FORWARDED_HEADERS) delete headers[name]
  headers['x-forwarded-for'] = client
  if (host !== null) headers['x-forwarded-host'] = host
  if (scheme === 'http' || scheme === 'https') headers['x-forwarded-proto'] = scheme
  return client
}

/** Each proxy appends whom it heard from: read from the right, the first that is not one of ours is the client. */
function nearestStranger(chain: string, peer: string, proxies: TrustedProxies): string {
  const addresses = chain.split(',').map((entry) => plainAddress(entry.trim()))
  for (const address of addresses.reverse()) {
    // Behind a word we cannot read, whatever stands further left is hearsay.
    if (isIP(address) === 0) return peer
    if (!proxies.trusts(address)) return address
  }
  return addresses.at(-1) ?? peer
}

/** `::ffff:10.0.0.1` and `10.0.0.1` are one machine; a port or brackets around an address are no part of it. */
function plainAddress(text: string): string {
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text
  const withoutPort = /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(bracketed)?.[1] ?? bracketed
  return withoutPort.startsWith('::ffff:') && withoutPort.includes('.')
    ? withoutPort.slice('::ffff:'.length)
    : withoutPort
}

function single(value: string | string[] | undefined): string {
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function lastOf(list: string): string | null {
  return list.split(',').at(-1)?.trim() || null
}
