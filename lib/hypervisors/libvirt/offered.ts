/** What a server shows of itself before we trust it, for a person to compare with what they know. Nothing is sent. */
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok } from '@/lib/domain/result'
import { nameOf, parseAddress } from './address'
import { unknownCertificate } from './connect'
import { refusedBy } from './errors'
import { fetchTlsCertificate } from './rpc/transports/certificates'
import { fetchSshHostKeys } from './rpc/transports/host-keys'
import { portOf } from './rpc/uri'

type CertificateUnknown = Extract<Reason, { code: 'certificate-unknown' }>

export type OfferedIdentity =
  | { kind: 'certificate'; certificate: Omit<CertificateUnknown, 'code'> }
  /** `line` is what `known_hosts` keeps once a person has accepted the key */
  | { kind: 'host-keys'; keys: { keyType: string; fingerprint: string; line: string }[] }
  /** a local socket, or plain TCP: there is no identity to compare */
  | { kind: 'none' }

/** Asks the server behind a libvirt address for its certificate or host keys. */
export async function readOfferedIdentity(uri: string, signal: AbortSignal): Promise<Outcome<OfferedIdentity>> {
  const parsed = parseAddress(uri)
  if (!parsed.ok) return parsed
  const { transport, host } = parsed.value
  const port = portOf(parsed.value)
  if (host === null || port === null) return ok({ kind: 'none' })
  try {
    switch (transport) {
      case 'tls': {
        const { code: _code, ...certificate } = unknownCertificate(await fetchTlsCertificate(host, port, signal))
        return ok({ kind: 'certificate', certificate })
      }
      case 'ssh': {
        const keys = await fetchSshHostKeys(host, port, signal)
        return ok({
          kind: 'host-keys',
          keys: keys.map(({ type, fingerprint, knownHostsLine }) => ({
            keyType: type,
            fingerprint,
            line: knownHostsLine,
          })),
        })
      }
      case 'tcp':
      case 'unix':
        return ok({ kind: 'none' })
    }
  } catch (error) {
    return refusedBy(error, nameOf(parsed.value))
  }
}
