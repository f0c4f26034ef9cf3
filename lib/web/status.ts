import type { Reason } from '@/lib/domain/reason'
import { unreachable } from '@/lib/domain/result'
import { codeOf } from '@/lib/services/program/code'

/** What kind of "no" this is to a program: the HTTP status, and the request code where the contract names one. */
export type HttpRefusal = { status: number; code: string; title: string }

const BAD_GATEWAY = 'The hypervisor did not do it'
const UNPROCESSABLE = 'The request cannot be used as it is'
const CONFLICT = 'That is not possible as things stand'

/** Maps a reason to HTTP. Exhaustive: a new reason does not compile until it has a status. */
export function httpRefusal(why: Reason): HttpRefusal {
  const code = codeOf(why)
  switch (why.code) {
    case 'unauthenticated':
    case 'sign-in-refused':
      return { status: 401, code, title: 'Not signed in' }
    case 'forbidden':
    case 'asker-may-not':
    case 'wrong-origin':
      return { status: 403, code, title: 'Not allowed' }
    case 'missing':
      return { status: 404, code, title: 'Not found' }
    case 'already-exists':
      return { status: 409, code, title: 'It exists already' }
    case 'already-confirmed':
    case 'check-blocked':
    case 'held':
    case 'operation-running':
    case 'shared-base':
    case 'base-unknown':
    case 'incomplete-target':
    case 'children-in-the-way':
    case 'current-unknown':
    case 'another-guest':
    case 'space-unknown':
    case 'memory-storage-unknown':
    case 'identity-risk':
    case 'not-as-predicted':
    case 'probe-skipped':
    case 'cancelled':
    case 'nothing-to-do':
    case 'last-administrator':
    case 'setup-done':
    case 'observe-only':
    case 'changed':
    case 'stale':
    case 'unsupported':
    case 'guest-locked':
    case 'guest-busy':
    case 'needs-node-command':
    case 'blocked-by-newer-snapshots':
    case 'storage-short':
      return { status: 409, code, title: CONFLICT }
    case 'consent-missing':
    case 'name-invalid':
    case 'address-forbidden':
    case 'probe-forbidden':
    case 'invalid':
    case 'address-invalid':
    case 'cleartext':
    case 'credentials-missing':
    case 'key-unusable':
    case 'secret-needed':
    case 'setup-code-wrong':
    case 'weak-password':
      return { status: 422, code, title: UNPROCESSABLE }
    case 'expired':
      return { status: 410, code, title: 'The plan has expired' }
    case 'rate-limited':
      return { status: 429, code, title: 'Too many tries' }
    case 'failed':
      return { status: 500, code, title: 'Snapwarden made a mistake' }
    case 'database-away':
      return { status: 503, code, title: 'The database is not usable' }
    case 'worker-late':
    case 'not-owner':
      return { status: 503, code, title: 'The worker is not answering' }
    case 'not-shut-down':
    case 'not-collected-in-time':
      return { status: 504, code, title: 'No answer in time' }
    case 'unreachable':
    case 'hung':
    case 'certificate-unknown':
    case 'certificate-changed':
    case 'certificate-invalid':
    case 'certificate-refused':
    case 'host-key-unknown':
    case 'host-key-changed':
    case 'credentials-refused':
    case 'authentication-unsupported':
    case 'too-old':
    case 'protocol':
    case 'unlock-failed':
    case 'second-factor-needed':
    case 'not-permitted':
    case 'node-unreachable':
    case 'storage-inactive':
    case 'no-quorum':
    case 'malformed':
    case 'too-large':
    case 'interrupted':
    case 'not-told':
    case 'rights-shrunk':
    case 'task-failed':
    case 'probe-failed':
    case 'unsure':
    case 'redirected':
    case 'receiver-busy':
    case 'receiver-refused':
    case 'rejected':
      return { status: 502, code, title: BAD_GATEWAY }
    default:
      return unreachable(why)
  }
}
