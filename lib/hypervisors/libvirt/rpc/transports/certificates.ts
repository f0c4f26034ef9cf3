import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect as connectTls, type TLSSocket } from 'node:tls'
import { abortError } from '../abort'
import { TransportError } from '../errors'
import { connectSocket, ignoreLateErrors } from './socket'
import { tlsError } from './tls-errors'

/** A server's certificate, for a person to compare. Times as the certificate writes them, in UTC. */
export interface OfferedCertificate {
  /** SHA-256 of the certificate, upper-case hex with colons. */
  readonly fingerprint: string
  readonly subject: string
  readonly issuer: string
  readonly validFrom: string
  readonly validTo: string
  /** Names and addresses it is good for; null when it carries none. */
  readonly altNames: string | null
  readonly pem: string
}

/**
 * Asks a TLS server for its certificate and hangs up. Looking is not trusting: the handshake does not judge the
 * certificate, no byte and no client certificate is sent, and the answer is only good for comparing fingerprints.
 */
export async function fetchTlsCertificate(
  host: string,
  port: number,
  signal: AbortSignal,
): Promise<OfferedCertificate> {
  const plain = await connectSocket({ host, port }, signal)
  const judgeCertificate = false
  const socket = connectTls({
    socket: plain,
    rejectUnauthorized: judgeCertificate,
    ...(isIP(host) ? {} : { servername: host }),
  })
  try {
    await untilSecure(socket, signal)
    const raw = socket.getPeerX509Certificate()
    if (raw === undefined) throw new TransportError('tls-failed', 'the server sent no certificate')
    return describeCertificate(raw)
  } finally {
    ignoreLateErrors(socket)
    socket.destroy()
    plain.destroy()
  }
}

/** Waits for the handshake. Rejects with a {@link TransportError}; closing during it is `tls-failed`. */
export function untilSecure(socket: TLSSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (action: () => void): void => {
      signal.removeEventListener('abort', onAbort)
      socket.off('secureConnect', onSecure)
      socket.off('error', onError)
      socket.off('close', onClose)
      action()
    }
    const onAbort = (): void => settle(() => reject(abortError(signal)))
    const onSecure = (): void => settle(resolve)
    const onError = (error: Error): void => settle(() => reject(tlsError(error)))
    const onClose = (): void =>
      settle(() => reject(new TransportError('tls-failed', 'the server closed the connection during the handshake')))
    if (signal.aborted) return onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    socket.on('secureConnect', onSecure)
    socket.on('error', onError)
    socket.on('close', onClose)
  })
}

function describeCertificate(certificate: X509Certificate): OfferedCertificate {
  return {
    fingerprint: certificate.fingerprint256,
    subject: certificate.subject ?? '',
    issuer: certificate.issuer ?? '',
    validFrom: certificate.validFrom,
    validTo: certificate.validTo,
    altNames: certificate.subjectAltName ?? null,
    pem: certificate.toString(),
  }
}

/** Whether two SHA-256 fingerprints are the same, however they are written (case, colons, spaces). */
export function sameFingerprint(one: string, other: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^0-9a-f]/g, '')
  return plain(one).length === 64 && plain(one) === plain(other)
}
