/** What libvirt itself answers, by number (virErrorNumber). Only the number is stable: texts differ between versions. */
export const libvirtErrorCodes = {
  internal: 1,
  noMemory: 2,
  noSupport: 3,
  noConnect: 5,
  invalidDomain: 7,
  invalidArgument: 8,
  operationFailed: 9,
  xml: 27,
  domainExists: 28,
  operationDenied: 29,
  openFailed: 30,
  systemError: 38,
  rpc: 39,
  noDomain: 42,
  noNetwork: 43,
  authFailed: 45,
  noStoragePool: 49,
  noStorageVolume: 50,
  operationInvalid: 55,
  configUnsupported: 67,
  operationTimeout: 68,
  noDomainSnapshot: 72,
  argumentUnsupported: 74,
  snapshotRevertRisky: 77,
  operationAborted: 78,
  authCancelled: 79,
  noDomainMetadata: 80,
  blockCopyActive: 83,
  operationUnsupported: 84,
  agentUnresponsive: 86,
  resourceBusy: 87,
  accessDenied: 88,
  storageVolumeExists: 90,
  invalidSchema: 92,
  authUnavailable: 94,
  agentUnsynced: 97,
  noDomainCheckpoint: 103,
} as const

export type LibvirtErrorName = keyof typeof libvirtErrorCodes

const namesByCode = new Map<number, LibvirtErrorName>(
  (Object.keys(libvirtErrorCodes) as LibvirtErrorName[]).map((name) => [libvirtErrorCodes[name], name]),
)

/** The fields of libvirt's error structure that carry meaning. */
export interface LibvirtErrorFields {
  readonly code: number
  /** Which part of libvirt reports it (virErrorDomain); 10 is the QEMU driver, 7 the RPC layer, 18 storage. */
  readonly domain: number
  readonly message: string
  /** 1 warning, 2 error. */
  readonly level: number
  readonly str1: string | null
  readonly str2: string | null
  readonly str3: string | null
  readonly int1: number
  readonly int2: number
}

/** The daemon understood the call and said no. The connection stays usable. Branch on `code` only, never on text. */
export class LibvirtError extends Error {
  override readonly name = 'LibvirtError'
  readonly code: number
  readonly domain: number
  readonly level: number
  readonly str1: string | null
  readonly str2: string | null
  readonly str3: string | null
  readonly int1: number
  readonly int2: number
  /** The procedure that was refused, e.g. `domain_snapshot_delete`. */
  readonly procedure: string

  constructor(procedure: string, fields: LibvirtErrorFields) {
    super(fields.message === '' ? `libvirt error ${fields.code}` : fields.message)
    this.procedure = procedure
    this.code = fields.code
    this.domain = fields.domain
    this.level = fields.level
    this.str1 = fields.str1
    this.str2 = fields.str2
    this.str3 = fields.str3
    this.int1 = fields.int1
    this.int2 = fields.int2
  }

  /** The code's name, or null for one this client has no use for. */
  get codeName(): LibvirtErrorName | null {
    return namesByCode.get(this.code) ?? null
  }
}

/** True for a refusal by the daemon with this code. */
export function isLibvirtError(error: unknown, code: LibvirtErrorName): error is LibvirtError {
  return error instanceof LibvirtError && error.code === libvirtErrorCodes[code]
}

/**
 * Why there is no answer.
 *
 * - `refused`, `unknown-host`, `unreachable`, `no-socket`, `permission`: the connection could not be made
 * - `closed`: the other side ended it; `hung`: it no longer answers keepalive; `protocol`: it broke the protocol
 * - `timeout`, `aborted`: this one call was given up; the daemon may still carry it out
 * - `tls-…`: see the TLS transport, `ssh-…`: the ssh transport, `auth-…`: sign-in to the daemon
 */
export type TransportErrorKind =
  | 'refused'
  | 'unknown-host'
  | 'unreachable'
  | 'no-socket'
  | 'permission'
  | 'closed'
  | 'hung'
  | 'protocol'
  | 'timeout'
  | 'aborted'
  | 'tls-untrusted'
  | 'tls-name'
  | 'tls-expired'
  | 'tls-pin'
  | 'tls-client-rejected'
  | 'tls-material'
  | 'tls-failed'
  | 'ssh-missing'
  | 'ssh-host-key-unknown'
  | 'ssh-host-key-changed'
  | 'ssh-auth'
  | 'ssh-key-material'
  | 'ssh-remote-command'
  | 'ssh-failed'
  | 'auth-failed'
  | 'auth-required'
  | 'auth-unsupported'
  | 'auth-server-unverified'

/** The call has no answer: the connection failed, ended, or the caller stopped waiting. */
export class TransportError extends Error {
  override readonly name = 'TransportError'
  readonly kind: TransportErrorKind
  /** What the lower layer said, bounded, for a log; never branched on and without secrets. */
  readonly detail: string | null

  constructor(kind: TransportErrorKind, message: string, options: { cause?: unknown; detail?: string } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.detail = options.detail ?? null
  }
}

/** True for a {@link TransportError} of one of these kinds. */
export function isTransportError(error: unknown, ...kinds: readonly TransportErrorKind[]): error is TransportError {
  return error instanceof TransportError && (kinds.length === 0 || kinds.includes(error.kind))
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
