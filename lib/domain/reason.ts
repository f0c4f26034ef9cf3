/**
 * Why not: the closed set of expected refusals. Exhaustiveness, not size, is the rule:
 * a new member fails the build until it has a text in every language (lib/i18n/reasons.ts).
 * Every member carries what its sentence needs, and no foreign text that would be branched on.
 */
import type { Feature } from './capability'
import type { ChangedField, Difference } from './difference'
import type { Role } from './permission'
import type { Bytes, Instant, Millis } from './units'

/** Why a feature cannot be used on this guest, storage or server. */
export type UnsupportedCause =
  | { cause: 'raw-disk'; disk: string }
  | { cause: 'disk-format'; disk: string; format: string }
  | { cause: 'no-disk' }
  | { cause: 'read-only-disk'; disk: string }
  | { cause: 'uefi-raw-nvram' }
  | { cause: 'needs-version'; needs: string; has: string }
  | { cause: 'driver'; driver: string }
  | { cause: 'guest-off' }
  | { cause: 'guest-running' }
  | { cause: 'no-agent' }
  | { cause: 'passthrough'; device: string }
  | { cause: 'shared-disk'; disk: string }
  | { cause: 'managed-save' }
  | { cause: 'mixed-chain' }
  /** the disk no longer reads through what the snapshot froze: merged or rebased by other hands */
  | { cause: 'chain-changed'; disk: string }
  /** libvirt was killed just after the merge began and no longer knows of its mirror: giving it up would kill it again */
  | { cause: 'mirror-forgotten'; disk: string }
  /** what is asked excludes memory: freezing and saving memory at once */
  | { cause: 'with-memory' }
  | { cause: 'storage-type'; type: string }
  | { cause: 'not-a-virtual-machine' }
  | { cause: 'template' }
  | { cause: 'raw-tpm'; disk: string }
  | { cause: 'bind-mount'; disk: string }
  | { cause: 'demo' }

export type LimitName =
  | 'snapshots-per-guest'
  | 'guests'
  | 'volumes'
  | 'xml-bytes'
  | 'message-bytes'
  | 'name-length'
  | 'chain-depth'

/** One field of a request that cannot be used: `path` in dots (`address.uri`), the message in plain English. */
export type FieldError = { path: string; message: string }

export type Reason =
  // the connection
  | {
      code: 'unreachable'
      address: string
      cause: 'refused' | 'unknown-host' | 'timeout' | 'closed' | 'no-socket' | 'network'
    }
  | { code: 'hung'; silentForMillis: Millis }
  | { code: 'certificate-unknown'; fingerprint: string; subject: string; issuer: string; validTo: Instant | null }
  | { code: 'certificate-changed'; expected: string[]; fingerprint: string }
  | {
      code: 'certificate-invalid'
      problem: 'expired' | 'not-yet-valid' | 'wrong-name' | 'untrusted'
      fingerprint: string | null
    }
  | { code: 'certificate-refused' }
  | { code: 'host-key-unknown'; fingerprint: string; keyType: string; key: string }
  | { code: 'host-key-changed'; fingerprint: string | null }
  | {
      code: 'credentials-refused'
      method: 'ssh-key' | 'password' | 'certificate' | 'sasl' | 'polkit' | 'token' | 'totp'
    }
  /** `totp`: the account takes a code made from a key; otherwise only a person can pass its second factor */
  | { code: 'second-factor-needed'; totp: boolean }
  | { code: 'credentials-missing'; field: string }
  | { code: 'key-unusable'; field: 'privateKey' | 'clientKey' | 'clientCertificate' | 'ca' | 'knownHosts' }
  | { code: 'authentication-unsupported'; offered: string[] }
  | { code: 'cleartext'; address: string }
  | {
      code: 'address-invalid'
      problem: 'syntax' | 'scheme' | 'parameter' | 'dash' | 'host' | 'path' | 'socket' | 'local-socket' | 'url'
      part: string
    }
  | { code: 'too-old'; product: string; has: string; needs: string }
  | { code: 'protocol'; problem: string }
  | { code: 'unlock-failed' }
  | { code: 'not-owner' }
  // reading
  /** `path`: what the privilege is missing on, where the hypervisor tells it */
  | { code: 'not-permitted'; privilege: string; path?: string }
  /** one node of a cluster that answers through another */
  | { code: 'node-unreachable'; node: string }
  | { code: 'storage-inactive'; storage: string }
  | { code: 'no-quorum' }
  | { code: 'malformed'; what: 'guest' | 'snapshot' | 'storage' | 'volume' | 'answer'; name: string; problem: string }
  | { code: 'too-large'; limit: LimitName; has: number; max: number }
  | { code: 'interrupted' }
  | { code: 'not-told'; by: string }
  | { code: 'rights-shrunk' }
  // what is asked of a guest
  | { code: 'unsupported'; feature: Feature; because: UnsupportedCause }
  | { code: 'guest-locked'; lock: 'backup' | 'snapshot' | 'migrate' | 'other'; text: string }
  | { code: 'guest-busy'; task: string }
  /** our access cannot do it: somebody types it on the node */
  | { code: 'needs-node-command'; node: string; command: string }
  | { code: 'blocked-by-newer-snapshots'; blockers: string[] }
  | { code: 'storage-short'; storage: string; needs: Bytes; has: Bytes }
  | {
      code: 'missing'
      what:
        | 'connection'
        | 'guest'
        | 'snapshot'
        | 'storage'
        | 'user'
        | 'token'
        | 'alert'
        | 'rule'
        | 'silence'
        | 'channel'
        | 'clean-up'
        | 'plan'
        | 'operation'
        | 'page'
      name: string
    }
  | { code: 'changed'; since: Instant; fields: ChangedField[] }
  | { code: 'stale'; collectedAt: Instant; maxAgeMillis: Millis }
  | { code: 'observe-only' }
  | { code: 'already-exists'; what: 'connection' | 'user' | 'snapshot' | 'token' | 'channel'; name: string }
  | { code: 'last-administrator' }
  | { code: 'secret-needed' }
  | { code: 'setup-code-wrong'; triesLeft: number }
  | { code: 'setup-done' }
  | { code: 'weak-password'; minLength: number }
  | { code: 'not-collected-in-time'; waitedMillis: Millis }
  /** asked to shut down, and still not off; it may follow later */
  | { code: 'not-shut-down'; waitedMillis: Millis }
  | { code: 'worker-late'; heartbeatAgeMillis: Millis | null }
  // planning and executing
  | { code: 'expired'; since: Instant }
  | { code: 'already-confirmed'; operationId: string }
  | { code: 'consent-missing'; text: string }
  | { code: 'check-blocked'; checks: string[] }
  | { code: 'held'; snapshot: string; by: string; note: string }
  | { code: 'operation-running'; operationId: string }
  | { code: 'shared-base'; file: string; readers: string[] }
  | { code: 'base-unknown'; file: string; unread: string[] }
  | { code: 'incomplete-target'; snapshot: string; state: string }
  | { code: 'children-in-the-way'; snapshot: string; children: string[] }
  | { code: 'current-unknown'; guest: string }
  | { code: 'another-guest'; name: string }
  | { code: 'space-unknown'; storage: string }
  | { code: 'memory-storage-unknown' }
  | {
      code: 'name-invalid'
      name: string
      rule: 'first-letter' | 'characters' | 'length' | 'reserved' | 'empty'
      max: number
    }
  | { code: 'identity-risk'; role: string }
  | { code: 'task-failed'; text: string }
  | { code: 'unsure'; asked: string }
  | { code: 'not-as-predicted'; differences: Difference[] }
  /** what the guest serves was asked until its time was over; `status` = what HTTP answered, where it did */
  | {
      code: 'probe-failed'
      target: string
      problem: 'refused' | 'timeout' | 'unknown-host' | 'network' | 'certificate' | 'answer' | 'status'
      status: number | null
      withinMillis: Millis
    }
  | { code: 'probe-forbidden'; target: string; address: string }
  | { code: 'probe-skipped'; target: string; because: 'guest-off' | 'stopped' }
  | { code: 'cancelled'; by: string }
  /** `what: 'merge'`: every layer of the chain belongs to a snapshot */
  | { code: 'nothing-to-do'; what?: 'merge' }
  // notifying
  | { code: 'address-forbidden'; address: string }
  | { code: 'redirected'; to: string }
  /** `text`: its own words, where it said any */
  | { code: 'receiver-busy'; status: number; retryAfterMillis: Millis; text?: string }
  | { code: 'receiver-refused'; status: number; text: string }
  // the request itself
  | { code: 'unauthenticated' }
  | { code: 'sign-in-refused' }
  | { code: 'forbidden'; needs: Role }
  /** whoever confirmed an operation may not go on with it; `needs` null = their account or token is gone */
  | { code: 'asker-may-not'; by: string; needs: Role | null }
  | { code: 'invalid'; errors: FieldError[] }
  | { code: 'rate-limited'; retryAfterMillis: Millis }
  | { code: 'wrong-origin'; expected: string }
  /** our own database: its disk is full, or it does not answer */
  | { code: 'database-away'; problem: 'full' | 'down' }
  | { code: 'failed'; reference: string }
  // the hypervisor said no in words we do not model yet
  | { code: 'rejected'; text: string }

export type ReasonCode = Reason['code']
