/**
 * Addresses a webhook must not reach: this machine and the metadata services of clouds, which hand out credentials to
 * whoever asks from inside. Private networks stay reachable: a self-hosted receiver lives there.
 */
import { BlockList, isIP } from 'node:net'

const FORBIDDEN = new BlockList()
// "This host" and loopback (RFC 1122 §3.2.1.3, RFC 4291 §2.5.3).
FORBIDDEN.addSubnet('0.0.0.0', 8, 'ipv4')
FORBIDDEN.addSubnet('127.0.0.0', 8, 'ipv4')
FORBIDDEN.addAddress('::', 'ipv6')
FORBIDDEN.addAddress('::1', 'ipv6')
// Link-local (RFC 3927, RFC 4291 §2.5.6): AWS, GCP, Azure, OpenStack answer at 169.254.169.254.
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4')
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6')
// Metadata outside of link-local: AWS over IPv6, Alibaba Cloud.
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6')
FORBIDDEN.addAddress('100.100.100.200', 'ipv4')
// Multicast and broadcast are no receivers (RFC 5771, RFC 4291 §2.7).
FORBIDDEN.addSubnet('224.0.0.0', 4, 'ipv4')
FORBIDDEN.addAddress('255.255.255.255', 'ipv4')
FORBIDDEN.addSubnet('ff00::', 8, 'ipv6')

/** Whether a resolved address may not be reached. Text that is no address may not either. */
export function isForbiddenAddress(address: string): boolean {
  const plain = address.split('%')[0] ?? ''
  const family = isIP(plain)
  if (family === 4) return FORBIDDEN.check(plain, 'ipv4')
  if (family !== 6) return true
  const mapped = mappedIpv4(plain)
  return mapped === null ? FORBIDDEN.check(plain, 'ipv6') : FORBIDDEN.check(mapped, 'ipv4')
}

/** The IPv4 address inside ::ffff:a.b.c.d, ::a.b.c.d and 64:ff9b::/96 (RFC 4291 §2.5.5, RFC 6052), in any spelling. */
function mappedIpv4(address: string): string | null {
  const words = groupsOf(address)
  const [high = 0, low = 0] = words.slice(6)
  const head = words.slice(0, 6)
  const zeros = head.slice(0, 5).every((word) => word === 0)
  const isMapped = zeros && (head[5] === 0xffff || (head[5] === 0 && high !== 0))
  const isTranslated = head[0] === 0x64 && head[1] === 0xff9b && head.slice(2).every((word) => word === 0)
  if (!isMapped && !isTranslated) return null
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join('.')
}

/** The eight 16-bit groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address)
  const text =
    dotted === null
      ? address
      : `${dotted[1]}${hex(Number(dotted[2]) * 256 + Number(dotted[3]))}:${hex(Number(dotted[4]) * 256 + Number(dotted[5]))}`
  const [front = '', back] = text.split('::')
  const parse = (part: string) => (part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16)))
  const left = parse(front)
  const right = back === undefined ? [] : parse(back)
  return back === undefined ? left : [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right]
}

const hex = (value: number): string => value.toString(16)
