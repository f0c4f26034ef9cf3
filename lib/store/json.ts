/** JSON columns, checked on reading: a shape we do not know is our bug and throws here, not on a page. */
import { z } from 'zod'
import { type Capabilities, FEATURES } from '@/lib/domain/capability'
import type { ConnectionAddress } from '@/lib/domain/connection'
import { CROSSING_SHARES, type CrossingShare, type Forecast, type ForecastPoint } from '@/lib/domain/forecast'
import type { ConfigurationMap, GuestFacts, GuestFinding, Rights, Scope, Unread } from '@/lib/domain/inventory'
import type { Reason, ReasonCode } from '@/lib/domain/reason'
import type { Disk, SnapshotDisk } from '@/lib/domain/snapshot'
import type { StorageEvent } from '@/lib/domain/storage'

/** Every reason code; a missing one does not compile. What a reason carries is written by us alone. */
const REASON_CODES: Record<ReasonCode, true> = {
  unreachable: true,
  hung: true,
  'certificate-unknown': true,
  'certificate-changed': true,
  'certificate-invalid': true,
  'certificate-refused': true,
  'host-key-unknown': true,
  'host-key-changed': true,
  'credentials-refused': true,
  'credentials-missing': true,
  'key-unusable': true,
  'authentication-unsupported': true,
  cleartext: true,
  'address-invalid': true,
  'too-old': true,
  protocol: true,
  'unlock-failed': true,
  'not-owner': true,
  'second-factor-needed': true,
  'not-permitted': true,
  'node-unreachable': true,
  'storage-inactive': true,
  'no-quorum': true,
  malformed: true,
  'too-large': true,
  interrupted: true,
  'not-told': true,
  'rights-shrunk': true,
  unsupported: true,
  'guest-locked': true,
  'needs-node-command': true,
  'guest-busy': true,
  'blocked-by-newer-snapshots': true,
  'storage-short': true,
  missing: true,
  changed: true,
  stale: true,
  'observe-only': true,
  'address-forbidden': true,
  'asker-may-not': true,
  redirected: true,
  'receiver-busy': true,
  'receiver-refused': true,
  expired: true,
  'already-confirmed': true,
  'consent-missing': true,
  'check-blocked': true,
  held: true,
  'operation-running': true,
  'shared-base': true,
  'base-unknown': true,
  'incomplete-target': true,
  'children-in-the-way': true,
  'current-unknown': true,
  'another-guest': true,
  'space-unknown': true,
  'memory-storage-unknown': true,
  'name-invalid': true,
  'identity-risk': true,
  'task-failed': true,
  unsure: true,
  'not-as-predicted': true,
  'probe-failed': true,
  'probe-forbidden': true,
  'probe-skipped': true,
  cancelled: true,
  'nothing-to-do': true,
  'already-exists': true,
  'last-administrator': true,
  'secret-needed': true,
  'setup-code-wrong': true,
  'setup-done': true,
  'weak-password': true,
  'not-collected-in-time': true,
  'not-shut-down': true,
  'worker-late': true,
  unauthenticated: true,
  'sign-in-refused': true,
  forbidden: true,
  invalid: true,
  'rate-limited': true,
  'wrong-origin': true,
  'database-away': true,
  failed: true,
  rejected: true,
}

const FINDINGS: Record<GuestFinding['finding'], true> = {
  'managed-save': true,
  'overlay-unexplained': true,
  'mixed-chain': true,
  'parent-missing': true,
  'torn-snapshot': true,
  'shared-base': true,
  'duplicate-name': true,
  'nvram-not-captured': true,
  'tpm-only-with-memory': true,
  'clock-ahead': true,
  'lock-left': true,
  'snapshot-incomplete': true,
  'job-waiting': true,
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const reasonSchema = z.custom<Reason>(
  (value) => isRecord(value) && typeof value.code === 'string' && value.code in REASON_CODES,
)

export const addressSchema: z.ZodType<ConnectionAddress> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('libvirt'), uri: z.string(), cleartextAccepted: z.boolean() }),
  z.object({
    kind: z.literal('proxmox'),
    urls: z.array(z.string()),
    user: z.string(),
    fingerprints: z.array(z.string()),
    authorities: z.array(z.string()).default([]),
    ca: z.string().nullable().default(null),
  }),
  z.object({ kind: z.literal('vsphere'), url: z.string(), user: z.string(), fingerprints: z.array(z.string()) }),
])

export const scopeSchema: z.ZodType<Scope> = z.union([
  z.object({ whole: z.literal(true) }),
  z.object({ whole: z.literal(false), guests: z.array(z.string()) }),
])

export const unreadSchema: z.ZodType<Unread[]> = z.array(
  z.object({
    section: z.enum(['guests', 'snapshots', 'disks', 'configuration', 'storages', 'volumes']),
    subject: z.string().nullable(),
    reason: reasonSchema,
  }),
)

export const progressSchema = z.object({ done: z.number(), total: z.number() })

export const capabilitiesSchema = z.custom<Capabilities>(
  (value) =>
    isRecord(value) &&
    FEATURES.every((feature) => {
      const support = value[feature]
      return isRecord(support) && typeof support.ok === 'boolean'
    }),
)

export const findingsSchema = z.array(
  z.custom<GuestFinding>((value) => isRecord(value) && typeof value.finding === 'string' && value.finding in FINDINGS),
)

export const rightsSchema: z.ZodType<Rights> = z.record(z.string(), z.array(z.string()))

export const lastBackupSchema: z.ZodType<GuestFacts['lastBackup']> = z.object({ at: z.string().nullable() }).nullable()

export const tasksSchema: z.ZodType<GuestFacts['tasks']> = z
  .array(z.object({ task: z.string(), by: z.string(), since: z.string().nullable() }))
  .nullable()

export const configurationSchema: z.ZodType<ConfigurationMap> = z.record(z.string(), z.string())

const bytes = z.number().nullable()

/** What zod leaves as `undefined` for a key that was not there is not there. */
const withoutAbsent = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof T]: Exclude<T[Key], undefined>
  }

const byteRange = z.object({ min: z.number(), max: bytes })

export const disksSchema: z.ZodType<Disk[]> = z.array(
  z
    .object({
      target: z.string(),
      device: z.enum(['disk', 'cdrom', 'floppy', 'lun']),
      readOnly: z.boolean(),
      shareable: z.boolean(),
      format: z.string(),
      virtualBytes: bytes,
      chain: z
        .array(
          z
            .object({
              file: z.string(),
              format: z.string(),
              allocatedBytes: bytes,
              virtualBytes: bytes,
              madeBySnapshot: z.string().nullable(),
              unexplained: z.boolean(),
              growthBelow: z.array(byteRange.nullable()).optional(),
              mappedBytes: z.number().optional(),
            })
            .transform(withoutAbsent),
        )
        .nullable(),
      chainUnread: reasonSchema.optional(),
      storage: z.string().optional(),
      heldInside: z.array(z.object({ snapshots: z.array(z.string()), bytes: z.number() })).optional(),
      heldByNow: z.number().optional(),
      heldSlack: z.number().optional(),
      namedImages: z.number().optional(),
    })
    .transform(withoutAbsent),
)

export const snapshotDisksSchema: z.ZodType<SnapshotDisk[]> = z.array(
  z.object({
    name: z.string(),
    mode: z.enum(['internal', 'external', 'native', 'excluded']),
    file: z.string().nullable(),
    bytes,
    frozen: z.string().nullable().exactOptional(),
  }),
)

export const memoryFileSchema = z.object({ file: z.string(), bytes }).nullable()

const crossingSchema = z.object({
  share: z.custom<CrossingShare>((value) => CROSSING_SHARES.some((share) => share === value)),
  at: z.string().nullable(),
  earliest: z.string().nullable(),
  latest: z.string().nullable(),
})

/** A forecast as a row holds it: its path lies beside it, because lists do not draw one. */
export const forecastSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('silent'),
    because: z.enum(['history-short', 'figures-missing']),
    hasMillis: z.number(),
  }),
  z.object({
    status: z.literal('told'),
    madeFrom: z.string(),
    trend: z.enum(['growing', 'steady', 'shrinking']),
    perDay: z.object({ lowBytes: z.number(), midBytes: z.number(), highBytes: z.number() }),
    crossings: z.array(crossingSchema),
    path: z.array(z.custom<ForecastPoint>()).default([]),
  }),
]) satisfies z.ZodType<Forecast>

export const pathSchema: z.ZodType<ForecastPoint[]> = z.array(
  z.object({ at: z.string(), lowBytes: z.number(), midBytes: z.number(), highBytes: z.number() }),
)

export const storageEventSchema: z.ZodType<StorageEvent> = z.union([
  z.object({ event: z.enum(['grown', 'shrunk']), fromBytes: z.number(), toBytes: z.number() }),
  z.object({ event: z.literal('moved'), from: z.string(), to: z.string() }),
  z.object({ event: z.literal('replaced'), fromBytes: z.number(), toBytes: z.number() }),
  z.object({ event: z.literal('clock-back'), byMillis: z.number() }),
])
