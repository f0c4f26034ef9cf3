/** Which server we speak to. Judged on every handshake, before the first byte of a request leaves. */
import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, type TLSSocket } from 'node:tls'
import type { ShownCertificate } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { type Instant, instantAt } from '@/lib/domain/units'

/**
 * What was confirmed. Without a CA and without fingerprints the authorities of the operating system decide, and the
 * name must fit; with either, nothing else is believed.
 */
export type Pins = {
  /** PEM of one or more authorities */
  ca: string | null
  /** SHA-256 of leaves: 64 lower-case hexadecimal digits */
  fingerprints: readonly string[]
}

/** Organisation of the authority that every Proxmox VE cluster makes for its own nodes and for nothing else. */
const CLUSTER_CA = 'O=PVE Cluster Manager CA'

/** One spelling for comparing: 64 lower-case hexadecimal digits. */
export const plainFingerprint = (text: string): string => text.replace(/[:\s]/g, '').toLowerCase()

const isPinned = ({ ca, fingerprints }: Pins): boolean => ca !== null || fingerprints.length > 0

/**
 * Judges the certificate of a finished handshake. The socket must have been opened with Node told not to judge, and
 * `ca` as in `pins`: Node then verified the chain, and tells how that ended. Node 20 gives the certificate only once.
 * @returns the certificate of a server we may send credentials to, or why we may not
 */
export function judgeCertificate(socket: TLSSocket, host: string, pins: Pins): Outcome<ShownCertificate> {
  const leaf = socket.getPeerX509Certificate()
  if (leaf === undefined) return refused({ code: 'protocol', problem: 'the server sent no certificate' })
  const why = judge(leaf, socket, host, pins)
  return why === null ? ok(describeTrusted(leaf, pins)) : refused(why)
}

function judge(leaf: X509Certificate, socket: TLSSocket, host: string, pins: Pins): Reason | null {
  // A pinned leaf is believed as it is, its dates included: the person compared exactly these bytes.
  if (pins.fingerprints.includes(plainFingerprint(leaf.fingerprint256))) return null
  if (socket.authorized) return judgeName(leaf, host, pins)
  const error = codeOf(socket.authorizationError)
  if (error === 'CERT_HAS_EXPIRED') {
    return { code: 'certificate-invalid', problem: 'expired', fingerprint: leaf.fingerprint256 }
  }
  if (error === 'CERT_NOT_YET_VALID') {
    return { code: 'certificate-invalid', problem: 'not-yet-valid', fingerprint: leaf.fingerprint256 }
  }
  if (isPinned(pins)) {
    const expected = [...pins.fingerprints.map(colons), ...caFingerprints(pins)]
    return { code: 'certificate-changed', expected, fingerprint: leaf.fingerprint256 }
  }
  return unknownCertificate(leaf)
}

/** A person is asked about this certificate. */
function unknownCertificate(leaf: X509Certificate): Reason {
  return {
    code: 'certificate-unknown',
    fingerprint: leaf.fingerprint256,
    subject: leaf.subject,
    issuer: leaf.issuer,
    validTo: endOf(leaf),
  }
}

/**
 * A cluster's own authority signs its nodes only, so any leaf of it is a node of this cluster, by whatever name or
 * forwarded port it was reached. Any other authority signs for many: there the name must fit.
 */
function judgeName(leaf: X509Certificate, host: string, pins: Pins): Reason | null {
  if (pins.ca !== null && authoritiesOf(pins.ca).every(({ subject }) => subject.split('\n').includes(CLUSTER_CA))) {
    return null
  }
  const fits = isIP(host) ? leaf.checkIP(host) : leaf.checkHost(host, { subject: 'default' })
  if (fits !== undefined && checkServerIdentity(host, leaf.toLegacyObject()) === undefined) return null
  return { code: 'certificate-invalid', problem: 'wrong-name', fingerprint: leaf.fingerprint256 }
}

/** The certificates in a PEM text, or null when one of them cannot be read. Text that holds none gives none. */
export function authoritiesIn(pem: string): X509Certificate[] | null {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  try {
    return blocks.map((block) => new X509Certificate(block))
  } catch (error) {
    if (error instanceof Error) return null
    throw error
  }
}

const authoritiesOf = (pem: string): X509Certificate[] => authoritiesIn(pem) ?? []

const caFingerprints = ({ ca }: Pins): string[] =>
  ca === null ? [] : authoritiesOf(ca).map(({ fingerprint256 }) => fingerprint256)

/** A certificate that was believed, and why. */
function describeTrusted(leaf: X509Certificate, pins: Pins): ShownCertificate {
  const pinned = pins.fingerprints.includes(plainFingerprint(leaf.fingerprint256))
  return {
    fingerprint: leaf.fingerprint256,
    validTo: endOf(leaf),
    trust: pinned ? 'leaf' : pins.ca === null ? 'public' : 'authority',
  }
}

/** When a certificate ends; null when its date cannot be read. */
export function endOf({ validTo }: X509Certificate): Instant | null {
  const millis = Date.parse(validTo)
  return Number.isNaN(millis) ? null : instantAt(millis)
}

/** As certificates are compared by eye: upper case, in pairs. */
const colons = (fingerprint: string): string => (fingerprint.match(/../g) ?? []).join(':').toUpperCase()

/** Node types it as Error, and gives the code as text. */
function codeOf(error: unknown): string {
  if (typeof error === 'string') return error
  return error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.message) : ''
}
