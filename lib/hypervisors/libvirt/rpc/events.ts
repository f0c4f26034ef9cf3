import { type Codec, hyper, int, optional, string, struct, unsignedHyper } from './codec'
import { programs } from './frame'
import { type DomainRef, domainRef, type PoolRef, poolRef, type TypedParameters, typedParameters } from './types'
import { XdrReader } from './xdr'

/** What a domain did (virDomainEventType), in the order of libvirt's numbers. */
const lifecycleChanges = [
  'defined',
  'undefined',
  'started',
  'suspended',
  'resumed',
  'stopped',
  'shutdown',
  'pm-suspended',
  'crashed',
] as const
/** What a pool did (virStoragePoolEventLifecycleType). */
const poolChanges = ['defined', 'undefined', 'started', 'stopped', 'created', 'deleted'] as const

/** @public */
export type LifecycleChange = (typeof lifecycleChanges)[number] | 'unknown'
/** @public */
export type PoolChange = (typeof poolChanges)[number] | 'unknown'

/**
 * What the daemon tells on its own account. Creating, reverting or deleting a snapshot emits nothing in libvirt: events
 * are hints to look again, never the record of what happened.
 */
export type LibvirtEvent =
  | { kind: 'lifecycle'; domain: DomainRef; change: LifecycleChange; detail: number }
  | { kind: 'reboot'; domain: DomainRef }
  | { kind: 'io-error'; domain: DomainRef; path: string; device: string; action: number; reason: string }
  | { kind: 'control-error'; domain: DomainRef }
  | { kind: 'disk-change'; domain: DomainRef; oldPath: string | null; newPath: string | null; device: string }
  | { kind: 'device-added'; domain: DomainRef; device: string }
  | { kind: 'device-removed'; domain: DomainRef; device: string }
  /** `disk` is the target name. `status` as in `blockJobStatuses`; a failed commit is told nowhere else. */
  | { kind: 'block-job'; domain: DomainRef; disk: string; type: number; status: number }
  /** `state` 1 connected, 2 disconnected. */
  | { kind: 'agent-lifecycle'; domain: DomainRef; state: number; reason: number }
  | { kind: 'job-completed'; domain: DomainRef; values: TypedParameters }
  | { kind: 'metadata-change'; domain: DomainRef; type: number; namespace: string | null }
  | {
      kind: 'block-threshold'
      domain: DomainRef
      device: string
      path: string | null
      threshold: bigint
      excess: bigint
    }
  | { kind: 'clock-change'; domain: DomainRef; offsetSeconds: bigint }
  | { kind: 'pool-lifecycle'; pool: PoolRef; change: PoolChange; detail: number }
  | { kind: 'pool-refresh'; pool: PoolRef }

export type EventKind = LibvirtEvent['kind']

interface EventType {
  readonly kind: EventKind
  /** Procedure number of the message. */
  readonly procedure: number
  /** Number to register for: virDomainEventID or, for pools, virStoragePoolEventID. */
  readonly id: number
  readonly about: 'domain' | 'pool'
  readonly decode: (reader: XdrReader) => LibvirtEvent
}

/** One row: the message's layout after its callback id, and how the event is made of it. */
function eventType<T>(
  kind: EventKind,
  procedure: number,
  id: number,
  layout: Codec<T>,
  make: (message: T) => LibvirtEvent,
): EventType {
  const message = struct({ callbackId: int, message: layout })
  return {
    kind,
    procedure,
    id,
    about: kind.startsWith('pool-') ? 'pool' : 'domain',
    decode: (reader) => make(message.decode(reader).message),
  }
}

const domainOnly = struct({ domain: domainRef })
const domainDevice = struct({ domain: domainRef, device: string })

/** Numbers and layouts: libvirt, remote_protocol.x (`…_event_callback_…_msg`) and libvirt-domain.h. */
const eventTypes: readonly EventType[] = [
  eventType(
    'lifecycle',
    318,
    0,
    struct({ domain: domainRef, event: int, detail: int }),
    ({ domain, event, detail }) => ({
      kind: 'lifecycle',
      domain,
      change: lifecycleChanges[event] ?? 'unknown',
      detail,
    }),
  ),
  eventType('reboot', 319, 1, domainOnly, ({ domain }) => ({ kind: 'reboot', domain })),
  eventType('clock-change', 320, 2, struct({ domain: domainRef, offsetSeconds: hyper }), (event) => ({
    kind: 'clock-change',
    ...event,
  })),
  eventType(
    'io-error',
    324,
    6,
    struct({ domain: domainRef, path: string, device: string, action: int, reason: string }),
    (event) => ({ kind: 'io-error', ...event }),
  ),
  eventType('control-error', 325, 7, domainOnly, ({ domain }) => ({ kind: 'control-error', domain })),
  eventType(
    'disk-change',
    327,
    9,
    struct({
      domain: domainRef,
      oldPath: optional(string),
      newPath: optional(string),
      device: string,
      reason: int,
    }),
    ({ reason: _reason, ...event }) => ({ kind: 'disk-change', ...event }),
  ),
  eventType('device-removed', 333, 15, domainDevice, (event) => ({ kind: 'device-removed', ...event })),
  eventType('block-job', 339, 16, struct({ domain: domainRef, disk: string, type: int, status: int }), (event) => ({
    kind: 'block-job',
    ...event,
  })),
  eventType('agent-lifecycle', 348, 18, struct({ domain: domainRef, state: int, reason: int }), (event) => ({
    kind: 'agent-lifecycle',
    ...event,
  })),
  eventType('device-added', 354, 19, domainDevice, (event) => ({ kind: 'device-added', ...event })),
  eventType('job-completed', 363, 21, struct({ domain: domainRef, values: typedParameters(1024) }), (event) => ({
    kind: 'job-completed',
    ...event,
  })),
  eventType(
    'metadata-change',
    379,
    23,
    struct({ domain: domainRef, type: int, namespace: optional(string) }),
    (event) => ({ kind: 'metadata-change', ...event }),
  ),
  eventType(
    'block-threshold',
    385,
    24,
    struct({
      domain: domainRef,
      device: string,
      path: optional(string),
      threshold: unsignedHyper,
      excess: unsignedHyper,
    }),
    (event) => ({ kind: 'block-threshold', ...event }),
  ),
  eventType(
    'pool-lifecycle',
    370,
    0,
    struct({ pool: poolRef, event: int, detail: int }),
    ({ pool, event, detail }) => ({
      kind: 'pool-lifecycle',
      pool,
      change: poolChanges[event] ?? 'unknown',
      detail,
    }),
  ),
  eventType('pool-refresh', 373, 1, struct({ pool: poolRef }), ({ pool }) => ({ kind: 'pool-refresh', pool })),
]

const typesByProcedure = new Map(eventTypes.map((type) => [type.procedure, type]))
const typesByKind = new Map(eventTypes.map((type) => [type.kind, type]))

/** Every kind of event that can be listened to. */
export const eventKinds: readonly EventKind[] = eventTypes.map((type) => type.kind)

/** How to register for a kind. */
export function registrationOf(kind: EventKind): { about: 'domain' | 'pool'; id: number } {
  const type = typesByKind.get(kind)
  if (type === undefined) throw new RangeError(`no event kind ${kind}`)
  return { about: type.about, id: type.id }
}

/**
 * Reads one event message. Null for a message this client does not know: a newer daemon may have more to say. Throws
 * {@link XdrError} when a known one does not follow its layout.
 */
export function decodeEvent(program: number, procedure: number, payload: Buffer): LibvirtEvent | null {
  const type = program === programs.remote ? typesByProcedure.get(procedure) : undefined
  if (type === undefined) return null
  const reader = new XdrReader(payload)
  const event = type.decode(reader)
  reader.end()
  return event
}
