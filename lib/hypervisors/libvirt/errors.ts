/** What libvirt and the way to it answer, as reasons: by number and kind, never by text, which differs by version. */
import type { Reason } from '@/lib/domain/reason'
import { type NativeFault, type Refused, refused } from '@/lib/domain/result'
import { LibvirtError, libvirtErrorCodes, messageOf, TransportError } from './rpc/errors'
import { defaultKeepalive } from './rpc/keepalive'
import { XdrError } from './rpc/xdr'

/** Longest foreign text we keep. */
const TEXT_LIMIT = 500

/** Silence after which keepalive gives a daemon up. */
const HUNG_AFTER_MS = defaultKeepalive.intervalMs * (defaultKeepalive.count + 1)

/**
 * The reason behind anything a call rejected with. `address` names the host to a person. What is neither libvirt's nor
 * the connection's is our bug and is thrown again.
 */
export function reasonOf(error: unknown, address: string): Reason {
  if (error instanceof LibvirtError) return libvirtReason(error)
  if (error instanceof TransportError) return transportReason(error, address)
  if (error instanceof XdrError) return { code: 'protocol', problem: error.message.slice(0, TEXT_LIMIT) }
  if (error instanceof DOMException && error.name === 'AbortError') return { code: 'interrupted' }
  throw error
}

/** The same as a refused outcome, with libvirt's own words for the log. */
export const refusedBy = (error: unknown, address: string): Refused => refused(reasonOf(error, address), faultOf(error))

/** libvirt's own words, for the log. */
export function faultOf(error: unknown): NativeFault {
  const text = messageOf(error).slice(0, TEXT_LIMIT)
  if (error instanceof LibvirtError) return { source: 'libvirt', code: error.code, text }
  return { source: 'connection', code: error instanceof TransportError ? error.kind : null, text }
}

function libvirtReason(error: LibvirtError): Reason {
  const codes = libvirtErrorCodes
  switch (error.code) {
    case codes.operationDenied:
    case codes.accessDenied:
      return { code: 'not-permitted', privilege: error.procedure }
    case codes.authUnavailable:
    case codes.authCancelled:
      return { code: 'credentials-refused', method: 'polkit' }
    case codes.authFailed:
      return { code: 'credentials-refused', method: 'sasl' }
    case codes.noDomain:
      return { code: 'missing', what: 'guest', name: error.str1 ?? '' }
    case codes.noDomainSnapshot:
      return { code: 'missing', what: 'snapshot', name: error.str1 ?? '' }
    case codes.noStoragePool:
    case codes.noStorageVolume:
      return { code: 'missing', what: 'storage', name: error.str1 ?? '' }
    case codes.noSupport:
      return { code: 'not-told', by: 'libvirt' }
    case codes.operationTimeout:
    case codes.resourceBusy:
      return { code: 'guest-busy', task: error.procedure }
    case codes.blockCopyActive:
      return { code: 'guest-busy', task: 'block-job' }
    case codes.agentUnresponsive:
    case codes.agentUnsynced:
      return { code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'no-agent' } }
    case codes.rpc:
      return { code: 'protocol', problem: error.message.slice(0, TEXT_LIMIT) }
    default:
      return { code: 'rejected', text: error.message.slice(0, TEXT_LIMIT) }
  }
}

function transportReason(error: TransportError, address: string): Reason {
  switch (error.kind) {
    case 'refused':
    case 'unknown-host':
    case 'no-socket':
    case 'closed':
    case 'timeout':
      return { code: 'unreachable', address, cause: error.kind }
    case 'unreachable':
      return { code: 'unreachable', address, cause: 'network' }
    case 'hung':
      return { code: 'hung', silentForMillis: HUNG_AFTER_MS }
    case 'aborted':
      return { code: 'interrupted' }
    case 'permission':
      return { code: 'not-permitted', privilege: 'socket' }
    case 'tls-untrusted':
      return { code: 'certificate-invalid', problem: 'untrusted', fingerprint: null }
    case 'tls-name':
      return { code: 'certificate-invalid', problem: 'wrong-name', fingerprint: null }
    case 'tls-expired':
      return { code: 'certificate-invalid', problem: 'expired', fingerprint: null }
    case 'tls-pin':
      return { code: 'certificate-changed', expected: [], fingerprint: '' }
    case 'tls-client-rejected':
      return { code: 'certificate-refused' }
    case 'tls-material':
      return { code: 'key-unusable', field: 'clientKey' }
    case 'ssh-host-key-unknown':
      return { code: 'host-key-unknown', fingerprint: '', keyType: '', key: '' }
    case 'ssh-host-key-changed':
      return { code: 'host-key-changed', fingerprint: null }
    case 'ssh-auth':
      return { code: 'credentials-refused', method: 'ssh-key' }
    case 'ssh-key-material':
      return { code: 'key-unusable', field: 'privateKey' }
    case 'auth-failed':
      return { code: 'credentials-refused', method: 'sasl' }
    case 'auth-required':
      return { code: 'credentials-missing', field: 'password' }
    case 'auth-unsupported':
      return { code: 'authentication-unsupported', offered: [] }
    case 'protocol':
    case 'tls-failed':
    case 'ssh-missing':
    case 'ssh-remote-command':
    case 'ssh-failed':
    case 'auth-server-unverified':
      return { code: 'protocol', problem: error.message.slice(0, TEXT_LIMIT) }
  }
}
