/** Opens a libvirt host with our credentials, and says in full why it could not. */

import { type Outcome, ok, type Refused, refused } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import type { LibvirtCredentials } from '../credentials'
import { nameOf, needsAcceptance, parseAddress } from './address'
import { faultOf, reasonOf, refusedBy } from './errors'
import { LibvirtClient } from './rpc/client'
import { isTransportError, type TransportError } from './rpc/errors'
import type { OpenOptions } from './rpc/open'
import { connectProcedures } from './rpc/procedures/connect'
import { fetchTlsCertificate, type OfferedCertificate } from './rpc/transports/certificates'
import { fetchSshHostKeys } from './rpc/transports/host-keys'
import { type LibvirtUri, portOf } from './rpc/uri'
import { type LibvirtVersion, OLDEST_SUPPORTED, reaches, versionOf } from './versions'

/** A host that answered, with what it is. `local` = over a socket of this machine, which alone does not prove that its files are ours. */
export type Host = {
  client: LibvirtClient
  node: string
  driver: string
  version: LibvirtVersion
  versionText: string
  local: boolean
}

export type ConnectRequest = {
  uri: string
  cleartextAccepted: boolean
  /** ask the daemon itself to refuse every change, on its read-only socket where it has one */
  readOnly: boolean
  credentials: LibvirtCredentials
  socketPath: string | undefined
  signal: AbortSignal
}

/** Connects, signs in and asks who answers. */
export async function connect(request: ConnectRequest): Promise<Outcome<Host>> {
  const parsed = parseAddress(request.uri)
  if (!parsed.ok) return parsed
  const uri = parsed.value
  const address = nameOf(uri)
  if (needsAcceptance(uri) && !request.cleartextAccepted) return refused({ code: 'cleartext', address })
  // Without a key of its own ssh would use whatever key the operating user happens to have.
  if (uri.transport === 'ssh' && request.credentials.sshPrivateKey === undefined) {
    return refused({ code: 'credentials-missing', field: 'sshPrivateKey' })
  }
  try {
    const client = await LibvirtClient.open(openOptions(uri, request))
    return await identify(client, address, uri.transport === 'unix', request.signal)
  } catch (error) {
    return explain(error, uri, address, request)
  }
}

async function identify(
  client: LibvirtClient,
  address: string,
  local: boolean,
  signal: AbortSignal,
): Promise<Outcome<Host>> {
  try {
    const options = { signal }
    const [driver, node, libvirt] = await Promise.all([
      client.call(connectProcedures.getType, undefined, options),
      client.call(connectProcedures.getHostname, undefined, options),
      client.host.readLibvirtVersion(options),
    ])
    const version = versionOf(libvirt.text)
    if (!reaches(version, OLDEST_SUPPORTED)) {
      await client.close()
      return refused({ code: 'too-old', product: 'libvirt', has: libvirt.text, needs: OLDEST_SUPPORTED })
    }
    return ok({ client, node, driver, version, versionText: libvirt.text, local })
  } catch (error) {
    await client.close()
    return refusedBy(error, address)
  }
}

function openOptions(uri: LibvirtUri, request: ConnectRequest): OpenOptions {
  const { credentials, socketPath, readOnly, cleartextAccepted, signal } = request
  const { username, password } = credentials
  return {
    uri,
    readOnly,
    signal,
    acceptCleartext: cleartextAccepted,
    ...(uri.transport === 'unix' && socketPath !== undefined ? { socketPath } : {}),
    ...(username === undefined || password === undefined ? {} : { credentials: { username, password } }),
    tls: {
      ...(credentials.tlsCa === undefined ? {} : { ca: credentials.tlsCa }),
      ...(credentials.tlsCertificate === undefined ? {} : { certificate: credentials.tlsCertificate }),
      ...(credentials.tlsKey === undefined ? {} : { key: credentials.tlsKey }),
      ...(credentials.tlsFingerprint === undefined ? {} : { fingerprint: credentials.tlsFingerprint }),
    },
    ssh: {
      ...(credentials.sshPrivateKey === undefined ? {} : { privateKey: credentials.sshPrivateKey }),
      // Never the operating user's own file: which hosts we trust is what a person accepted here.
      knownHosts: credentials.sshKnownHosts ?? '',
    },
  }
}

/** A refused identity becomes a question a person can answer: the reason carries what the server shows of itself. */
async function explain(error: unknown, uri: LibvirtUri, address: string, request: ConnectRequest): Promise<Refused> {
  if (isTransportError(error, 'tls-pin')) {
    const expected = [request.credentials.tlsFingerprint ?? '']
    return refused({ code: 'certificate-changed', expected, fingerprint: error.detail ?? '' }, faultOf(error))
  }
  if (isTransportError(error, 'tls-untrusted', 'tls-name', 'tls-expired')) {
    return withCertificate(error, uri, address, request.signal)
  }
  if (isTransportError(error, 'ssh-host-key-unknown', 'ssh-host-key-changed')) {
    return withHostKey(error, uri, address, request.signal)
  }
  return refusedBy(error, address)
}

async function withCertificate(
  error: TransportError,
  uri: LibvirtUri,
  address: string,
  signal: AbortSignal,
): Promise<Refused> {
  const plain = refusedBy(error, address)
  const offered = await offer(() => fetchTlsCertificate(uri.host ?? '', portOf(uri) ?? 0, signal), address)
  if (offered === null) return plain
  const { fingerprint } = offered
  if (error.kind === 'tls-untrusted') return refused(unknownCertificate(offered), faultOf(error))
  return plain.why.code === 'certificate-invalid' ? { ...plain, why: { ...plain.why, fingerprint } } : plain
}

/** The certificate a person is asked about. */
export function unknownCertificate(offered: OfferedCertificate) {
  const validTo = Date.parse(offered.validTo)
  return {
    code: 'certificate-unknown',
    fingerprint: offered.fingerprint,
    subject: offered.subject,
    issuer: offered.issuer,
    validTo: Number.isNaN(validTo) ? null : instantAt(validTo),
  } as const
}

async function withHostKey(
  error: TransportError,
  uri: LibvirtUri,
  address: string,
  signal: AbortSignal,
): Promise<Refused> {
  const keys = await offer(() => fetchSshHostKeys(uri.host ?? '', portOf(uri) ?? 0, signal), address)
  const key = keys?.find(({ type }) => type === 'ssh-ed25519') ?? keys?.[0]
  if (key === undefined) return refusedBy(error, address)
  const { fingerprint, type: keyType, knownHostsLine } = key
  return error.kind === 'ssh-host-key-changed'
    ? refused({ code: 'host-key-changed', fingerprint }, faultOf(error))
    : refused({ code: 'host-key-unknown', fingerprint, keyType, key: knownHostsLine }, faultOf(error))
}

/** What the server shows of itself, or null where it will not: the first reason then stands alone. */
async function offer<T>(ask: () => Promise<T>, address: string): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    reasonOf(error, address) // throws what is our own bug
    return null
  }
}
