import { messageOf, TransportError, type TransportErrorKind } from '../errors'
import { socketError } from './socket'

const kindsByCode: Readonly<Record<string, TransportErrorKind>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'tls-untrusted',
  SELF_SIGNED_CERT_IN_CHAIN: 'tls-untrusted',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT: 'tls-untrusted',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'tls-untrusted',
  CERT_SIGNATURE_FAILURE: 'tls-untrusted',
  CERT_CHAIN_TOO_LONG: 'tls-untrusted',
  CERT_UNTRUSTED: 'tls-untrusted',
  CERT_REJECTED: 'tls-untrusted',
  CERT_REVOKED: 'tls-untrusted',
  INVALID_CA: 'tls-untrusted',
  INVALID_PURPOSE: 'tls-untrusted',
  CERT_HAS_EXPIRED: 'tls-expired',
  CERT_NOT_YET_VALID: 'tls-expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'tls-name',
}

/** An error of a TLS handshake as one of our kinds. */
export function tlsError(error: unknown): TransportError {
  if (error instanceof TransportError) return error
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  const kind = kindsByCode[code] ?? kindOfSslCode(code)
  return kind === null ? socketError(error) : new TransportError(kind, messageOf(error), { cause: error, detail: code })
}

function kindOfSslCode(code: string): TransportErrorKind | null {
  // An alert about a certificate can only be about ours: we have just accepted or refused theirs ourselves.
  if (/^ERR_SSL_.*ALERT.*CERTIFICATE/.test(code) || /ALERT_UNKNOWN_CA|ALERT_ACCESS_DENIED/.test(code)) {
    return 'tls-client-rejected'
  }
  return /^(ERR_SSL_|ERR_TLS_|EPROTO|ECONNRESET)/.test(code) ? 'tls-failed' : null
}
