/** How to reach a Proxmox VE cluster and as whom, as people and programs write it. */
import { z } from 'zod'
import type { ConnectionAddress } from '@/lib/domain/connection'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { ProxmoxAccess, ProxmoxCredentials } from '@/lib/hypervisors/credentials'
import { isTotpKey, readAuthorities, readProxmoxUrl } from '@/lib/hypervisors/registry-addresses'

/** A CA bundle is some KiB. */
const MAX_PASTED = 256 * 1024
/** No cluster has more nodes. */
const MAX_SERVERS = 32

/** One or a list: files and programs write either. */
const oneOrMore = <Item extends z.ZodType>(item: Item) =>
  z
    .union([item, z.array(item).max(MAX_SERVERS)])
    .transform((value): z.output<Item>[] => (Array.isArray(value) ? value : [value]))

const fingerprint = z
  .string()
  .transform((text) => text.replace(/[:\s]/g, '').toLowerCase())
  .pipe(z.string().regex(/^[0-9a-f]{64}$|^$/, 'must be the SHA-256 of a certificate: 64 hexadecimal digits'))

export const proxmoxAccess = {
  /** `https://pve1:8006`, one or a list of the cluster's nodes, the preferred one first */
  url: oneOrMore(z.string().trim().min(1, 'must not be empty').max(300)),
  /** `user@realm!name`. Also the whole of it with `=secret`, as Proxmox VE's own header has it */
  tokenId: z.string().trim().max(512).optional(),
  tokenSecret: z.string().trim().max(512).optional(),
  username: z.string().trim().max(256).optional(),
  realm: z.string().trim().max(64).optional(),
  password: z.string().max(1_024).optional(),
  /** key of the account's authenticator, when the account asks for a second factor */
  totpKey: z.string().trim().max(512).optional(),
  /** PEM of the cluster's authority */
  ca: z.string().max(MAX_PASTED).optional(),
  /** SHA-256 of the nodes' certificates, instead of the authority */
  fingerprint: oneOrMore(fingerprint).optional(),
}
const shape = z.object(proxmoxAccess)
export type ProxmoxInput = z.output<typeof shape>

const given = (text: string | undefined): text is string => text !== undefined && text.trim() !== ''

/** Checks address, pins and credentials together, without touching the network. */
export function readProxmoxAccess(
  input: ProxmoxInput,
): Outcome<{ address: Extract<ConnectionAddress, { kind: 'proxmox' }>; credentials: ProxmoxAccess }> {
  const urls = readUrls(input.url)
  if (!urls.ok) return urls
  const login = readLogin(input)
  if (!login.ok) return login
  const fingerprints = (input.fingerprint ?? []).filter((each) => each !== '')
  const ca = given(input.ca) ? input.ca.trim() : null
  const authorities = ca === null ? [] : readAuthorities(ca)
  if (authorities === null) return refused({ code: 'key-unusable', field: 'ca' })
  return ok({
    address: { kind: 'proxmox', urls: urls.value, user: nameOf(login.value), fingerprints, authorities, ca },
    credentials: { urls: urls.value, ca, fingerprints, login: login.value },
  })
}

function readUrls(texts: readonly string[]): Outcome<string[]> {
  const urls: string[] = []
  for (const text of texts) {
    const url = readProxmoxUrl(text)
    if (!url.ok) return url
    if (!urls.includes(url.value)) urls.push(url.value)
  }
  return urls.length === 0 ? refused({ code: 'address-invalid', problem: 'url', part: '' }) : ok(urls)
}

/** What goes into a header holds no space and no line end. */
const TOKEN_ID = /^[^\s:/!=]+@[A-Za-z][\w.-]*![A-Za-z][\w.-]*$/
const TOKEN_SECRET = /^[\x21-\x7e]+$/

function readLogin(input: ProxmoxInput): Outcome<ProxmoxCredentials> {
  if (given(input.tokenId)) {
    const [tokenId = '', ...rest] = input.tokenId.split('=')
    const tokenSecret = given(input.tokenSecret) ? input.tokenSecret : rest.join('=')
    if (!TOKEN_ID.test(tokenId)) return wrong('tokenId', 'must be written like user@realm!name')
    if (tokenSecret === '') return refused({ code: 'credentials-missing', field: 'tokenSecret' })
    if (!TOKEN_SECRET.test(tokenSecret)) return wrong('tokenSecret', 'must not hold spaces')
    return ok({ method: 'token', tokenId, tokenSecret })
  }
  if (given(input.tokenSecret)) return refused({ code: 'credentials-missing', field: 'tokenId' })
  if (!given(input.username)) return refused({ code: 'credentials-missing', field: 'tokenId' })
  const at = input.username.lastIndexOf('@')
  const realm = given(input.realm) ? input.realm : at > 0 ? input.username.slice(at + 1) : ''
  const username = at > 0 && input.username.slice(at + 1) === realm ? input.username.slice(0, at) : input.username
  if (realm === '') return refused({ code: 'credentials-missing', field: 'realm' })
  if (!given(input.password)) return refused({ code: 'credentials-missing', field: 'password' })
  const { password, totpKey } = input
  if (!given(totpKey)) return ok({ method: 'password', username, realm, password })
  if (!isTotpKey(totpKey)) return wrong('totpKey', 'must be the key an authenticator app shows, or an otpauth address')
  return ok({ method: 'password', username, realm, password, totpKey })
}

const wrong = (path: string, message: string) => refused({ code: 'invalid', errors: [{ path, message }] })

const nameOf = (login: ProxmoxCredentials): string =>
  login.method === 'token' ? login.tokenId : `${login.username}@${login.realm}`
