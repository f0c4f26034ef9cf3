/** A connection as people and programs describe it: the same keys in the page, the API's body and the YAML file. */
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { z } from 'zod'
import type { Actor } from '@/lib/domain/actor'
import { CONNECTION_MODES, type ConnectionAddress } from '@/lib/domain/connection'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { LibvirtCredentials } from '@/lib/hypervisors/credentials'
import type { Credentials } from '@/lib/hypervisors/registry'
import { type LibvirtPlace, readLibvirtUri } from '@/lib/hypervisors/registry-addresses'
import { thingName } from '../fields'
import { proxmoxAccess, readProxmoxAccess } from './input-proxmox'

/** A private key is some KiB, a known_hosts file of one host less, a CA bundle at most this. */
const MAX_PASTED = 256 * 1024
const pasted = z.string().max(MAX_PASTED).optional()

/** How to reach a libvirt daemon and as whom. Keys and certificates are pasted text, never paths on the server. */
export const libvirtAccess = {
  uri: z.string().trim().min(1, 'must not be empty').max(1_000),
  sshKey: pasted,
  knownHosts: pasted,
  ca: pasted,
  cert: pasted,
  key: pasted,
  /** SHA-256 of the server's certificate, instead of a CA */
  fingerprint: z
    .string()
    .transform((text) => text.replace(/[:\s]/g, '').toLowerCase())
    .pipe(z.string().regex(/^[0-9a-f]{64}$|^$/, 'must be the SHA-256 of a certificate: 64 hexadecimal digits'))
    .optional(),
  username: z.string().max(256).optional(),
  password: z.string().max(1_024).optional(),
  /** an administrator accepts clear text to a host that is not this machine */
  acceptCleartext: z.boolean().default(false),
}

const common = { name: thingName, mode: z.enum(CONNECTION_MODES).default('observe') }
const libvirt = z.object({ kind: z.literal('libvirt'), ...libvirtAccess })
const proxmox = z.object({ kind: z.literal('proxmox'), ...proxmoxAccess })

export const accessInput = z.discriminatedUnion('kind', [libvirt, proxmox])
export const newConnectionInput = z.discriminatedUnion('kind', [libvirt.extend(common), proxmox.extend(common)])

type AccessInput = z.output<typeof accessInput>
type LibvirtInput = z.output<typeof libvirt>
export type Access = {
  address: ConnectionAddress
  credentials: Credentials
  cleartext: boolean
  /** how the address is written in the audit log */
  text: string
}

/**
 * Checks address and credentials together, without touching the network. Files of this server (a libvirt socket at an
 * unusual place) are named by whoever works on the server itself: from elsewhere they would be a way to reach into it.
 * @returns what to store and what to seal, or the first thing that is wrong with it
 */
export function readAccess(input: AccessInput, actor: Actor): Outcome<Access> {
  if (input.kind === 'libvirt') return readLibvirtAccess(input, actor)
  const access = readProxmoxAccess(input)
  return access.ok ? ok({ ...access.value, cleartext: false, text: access.value.address.urls.join(', ') }) : access
}

function readLibvirtAccess(input: LibvirtInput, actor: Actor): Outcome<Access> {
  const place = readLibvirtUri(input.uri)
  if (!place.ok) return place
  const { cleartext, localSocket } = place.value
  if (localSocket !== null && actor.kind !== 'local') {
    return refused({ code: 'address-invalid', problem: 'local-socket', part: localSocket })
  }
  if (cleartext && !input.acceptCleartext) return refused({ code: 'cleartext', address: place.value.name })
  const credentials = readCredentials(input, place.value)
  if (!credentials.ok) return credentials
  const address: ConnectionAddress = { kind: 'libvirt', uri: input.uri, cleartextAccepted: cleartext }
  return ok({ address, credentials: credentials.value, cleartext, text: input.uri })
}

function readCredentials(input: LibvirtInput, { transport }: LibvirtPlace): Outcome<LibvirtCredentials> {
  const given = (text: string | undefined): text is string => text !== undefined && text.trim() !== ''
  const credentials: LibvirtCredentials = {}
  if (transport === 'ssh') {
    if (!given(input.sshKey)) return refused({ code: 'credentials-missing', field: 'sshKey' })
    if (!usableSshKey(input.sshKey)) return refused({ code: 'key-unusable', field: 'privateKey' })
    credentials.sshPrivateKey = ending(input.sshKey)
    if (given(input.knownHosts)) credentials.sshKnownHosts = ending(input.knownHosts)
  }
  if (transport === 'tls') {
    if (given(input.ca)) {
      if (!usableCertificate(input.ca)) return refused({ code: 'key-unusable', field: 'ca' })
      credentials.tlsCa = ending(input.ca)
    }
    if (given(input.cert)) {
      if (!given(input.key)) return refused({ code: 'credentials-missing', field: 'key' })
      if (!usableCertificate(input.cert)) return refused({ code: 'key-unusable', field: 'clientCertificate' })
      if (!keyBelongs(input.key, input.cert)) return refused({ code: 'key-unusable', field: 'clientKey' })
      credentials.tlsCertificate = ending(input.cert)
      credentials.tlsKey = ending(input.key)
    } else if (given(input.key)) return refused({ code: 'credentials-missing', field: 'cert' })
    if (given(input.fingerprint)) credentials.tlsFingerprint = input.fingerprint
  }
  if (transport !== 'ssh' && given(input.username)) {
    if (!given(input.password)) return refused({ code: 'credentials-missing', field: 'password' })
    credentials.username = input.username
    credentials.password = input.password
  }
  return ok(credentials)
}

/** ssh and OpenSSL want a line end after the last line; a paste often lacks it. */
const ending = (text: string): string => `${text.replace(/\r\n/g, '\n').trim()}\n`

function usableSshKey(text: string): boolean {
  const match = /-----BEGIN OPENSSH PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END OPENSSH PRIVATE KEY-----/.exec(text)
  if (match?.[1] === undefined) return readsAsKey(text)
  // PROTOCOL.key: magic, then the cipher's name with its length. A key with a passphrase would ask a person.
  const bytes = Buffer.from(match[1], 'base64')
  const magic = 'openssh-key-v1\0'
  return (
    bytes.subarray(0, magic.length).toString('latin1') === magic && bytes.subarray(19, 23).toString('latin1') === 'none'
  )
}

/** Node's OpenSSL is the judge; a key with a passphrase is none for us. */
function readsAsKey(text: string): boolean {
  try {
    createPrivateKey(text)
    return true
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function usableCertificate(text: string): boolean {
  try {
    return new X509Certificate(text).subject !== undefined
  } catch (error) {
    if (error instanceof Error) return false
    throw error
  }
}

function keyBelongs(key: string, certificate: string): boolean {
  return readsAsKey(key) && new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key))
}

/** A new connection as a program sends it, before it is checked. */
export type NewConnectionBody = z.input<typeof newConnectionInput>
