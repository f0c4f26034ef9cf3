/** What programs read: the public API's bodies and the command line's --json. The OpenAPI document is made from these. */
import { z } from 'zod'
import { CONNECTION_MODES, HYPERVISOR_KINDS } from '@/lib/domain/connection'
import { HISTORY_RANGES } from '@/lib/domain/storage'

const instant = z.iso.datetime({ precision: 3 }).meta({ description: 'ISO 8601, UTC' })
const bytes = z.int().min(0).nullable().meta({ description: 'bytes; null = not known' })
const count = z.int().min(0).nullable().meta({ description: 'null = not known' })
const confidence = z.enum(['exact', 'at-least', 'at-most', 'estimate', 'unknown'])
const id = z.string()

/** Something that could not be read. `since` is when it was last read; null = never. */
export const unreadSchema = z.object({
  section: z.enum(['guests', 'snapshots', 'disks', 'configuration', 'storages', 'volumes']),
  subject: z.string().nullable().optional(),
  code: z.string().meta({ description: 'reason code' }),
  since: instant.nullable(),
})
const unread = z.array(unreadSchema).optional().meta({ description: 'what could not be read; absent when all was' })

/** Tolerant of keys that a later release adds. */
const figure = z.object({ bytes, confidence })

export const connectionSchema = z
  .object({
    id,
    name: z.string(),
    kind: z.enum(HYPERVISOR_KINDS),
    mode: z.enum(CONNECTION_MODES),
    uri: z.string().optional().meta({ description: 'libvirt' }),
    url: z.array(z.string()).optional().meta({ description: 'proxmox, vsphere' }),
    demo: z.boolean(),
    createdAt: instant,
    state: z.enum(['never-read', 'fresh', 'stale', 'failing']),
    lastFullAt: instant.nullable(),
    lastAnswerAt: instant.nullable(),
    lastAttemptAt: instant.nullable(),
    nextAttemptAt: instant.nullable(),
    lastError: z.object({ code: z.string() }).nullable(),
    failures: z.int(),
    version: z.string().nullable(),
    collectMillis: z.int().nullable(),
    clockSkewMillis: z.int().nullable(),
    certificateValidTo: instant.nullable().meta({ description: 'end of the certificate the server showed last' }),
    changesRefused: z
      .object({ code: z.string() })
      .nullable()
      .meta({ description: 'why every change is refused now, although it can be read' }),
    guestCount: count,
    storageCount: count,
    collecting: z.boolean(),
    unread,
  })
  .meta({ id: 'Connection' })

export const collectAnswerSchema = z
  .object({
    collectionId: id,
    startedAt: instant,
    finishedAt: instant,
    unread: z.array(unreadSchema).meta({ description: 'empty when all was read' }),
  })
  .meta({ id: 'CollectAnswer' })

const guestFields = {
  id,
  name: z.string(),
  nativeId: z.string().meta({ description: 'libvirt UUID, Proxmox vmid, vSphere instanceUuid' }),
  connectionId: id,
  node: z.string(),
  kind: z.enum(['vm', 'container']),
  power: z.enum(['running', 'paused', 'stopped', 'suspended', 'unknown']),
  tags: z.array(z.string()),
  snapshotCount: count,
  memorySnapshotCount: count,
  unmanagedCount: count,
  chainDepth: count,
  treeDepth: count,
  oldestSnapshotAt: instant.nullable(),
  held: figure,
  storageNames: z.array(z.string()),
  findingCount: z.int(),
  demo: z.boolean(),
  collectedAt: instant,
  stale: z.boolean(),
}
export const guestSchema = z.object(guestFields).meta({ id: 'Guest' })

export const guestDetailSchema = z
  .object({
    ...guestFields,
    cpus: z.int().nullable(),
    memoryBytes: bytes,
    firmware: z.enum(['bios', 'uefi', 'unknown']),
    tpm: z.boolean(),
    agent: z.enum(['connected', 'absent', 'not-configured', 'unknown']),
    managedSave: z.boolean().nullable(),
    description: z.string(),
    lock: z.string().nullable().meta({ description: "what holds its configuration, in the hypervisor's word" }),
    template: z.boolean(),
    ha: z.boolean().nullable(),
    replicated: z.boolean().nullable(),
    protected: z.boolean().nullable(),
    lastBackup: z
      .object({ at: instant.nullable() })
      .nullable()
      .meta({ description: 'the newest backup; at null: none found; null: not known' }),
    tasks: z.array(z.object({ task: z.string(), by: z.string(), since: instant.nullable() })).nullable(),
    findings: z.array(z.looseObject({ finding: z.string() })),
    capabilities: z.record(z.string(), z.looseObject({ ok: z.boolean() })),
    disks: z
      .array(
        z.object({
          target: z.string(),
          device: z.enum(['disk', 'cdrom', 'floppy', 'lun']),
          readOnly: z.boolean(),
          shareable: z.boolean(),
          format: z.string(),
          virtualBytes: bytes,
          storage: z.string().optional().meta({ description: 'native id of the storage it lies in' }),
          chain: z
            .array(
              z.object({
                file: z.string(),
                format: z.string(),
                allocatedBytes: bytes,
                virtualBytes: bytes,
                madeBySnapshot: z.string().nullable(),
                unexplained: z.boolean(),
                mappedBytes: z.number().optional().meta({
                  description: 'what the file would take with the state of today alone',
                }),
                growthBelow: z
                  .array(z.object({ min: z.number(), max: bytes }).nullable())
                  .optional()
                  .meta({
                    description:
                      'bytes the image n + 1 places below grows by when everything above it up to this one is committed into it',
                  }),
              }),
            )
            .nullable(),
          heldInside: z
            .array(z.object({ snapshots: z.array(z.string()), bytes: z.number() }))
            .optional()
            .meta({ description: 'blocks that only these internal snapshots hold, by the set that shares them' }),
          heldSlack: z
            .int()
            .optional()
            .meta({ description: 'what a running guest wrote that the tables do not name yet' }),
          heldByNow: z.int().optional().meta({ description: 'blocks that only the current state holds' }),
          namedImages: z.int().optional().meta({ description: 'images of the chain the hypervisor itself names' }),
        }),
      )
      .nullable(),
    configuration: z.record(z.string(), z.string()).nullable(),
    storages: z.array(z.object({ id, name: z.string() })),
    changedSince: figure.extend({ source: z.string() }),
    unread,
  })
  .meta({ id: 'GuestDetail' })

export const snapshotSchema = z
  .object({
    id,
    name: z.string(),
    nativeId: z.string(),
    parentId: id.nullable(),
    parentMissing: z.string().optional().meta({ description: 'the parent the hypervisor names but does not have' }),
    createdAt: instant.nullable(),
    description: z.string(),
    memory: z.enum(['none', 'saved']),
    powerThen: z.enum(['running', 'paused', 'off', 'unknown']),
    consistency: z.enum(['crash', 'filesystem', 'application', 'unknown']),
    kind: z.enum(['internal', 'external', 'native']),
    unmanaged: z.boolean().meta({ description: "data without the hypervisor's metadata" }),
    incomplete: z.boolean(),
    held: z.boolean(),
    hold: z.object({ by: z.string(), note: z.string() }).nullable().meta({ description: 'who protects it here' }),
    note: z
      .object({
        role: z.enum(['taken', 'safety']),
        owner: z.string().nullable(),
        purpose: z.string().nullable(),
        expiresAt: instant.nullable(),
      })
      .nullable()
      .meta({ description: 'of a snapshot taken through Snapwarden' }),
    disks: z.array(
      z.object({
        name: z.string(),
        mode: z.enum(['internal', 'external', 'native', 'excluded']),
        file: z.string().nullable(),
        bytes,
      }),
    ),
    size: z.object({ bytes, confidence, source: z.string() }),
  })
  .meta({ id: 'Snapshot' })

export const snapshotsSchema = z
  .object({
    current: z.object({
      parentId: id.nullable(),
      known: z.boolean().meta({
        description:
          'false: the hypervisor does not tell what the current state stands on; null is not the base disk then',
      }),
      changedSince: figure.extend({ source: z.string() }),
    }),
    items: z.array(snapshotSchema),
    collectedAt: instant.nullable(),
    unread,
  })
  .meta({ id: 'GuestSnapshots' })

const ratio = z.number().min(0).nullable()

const storageFields = {
  id,
  name: z.string(),
  connectionId: id,
  node: z.string(),
  type: z.string(),
  active: z.boolean(),
  path: z.string().nullable(),
  capacityBytes: bytes,
  usedBytes: bytes,
  availableBytes: bytes,
  provisionedBytes: bytes,
  usableBytes: bytes.meta({
    description: "what a writer without root's reserve can still use, where measured; null = not measured",
  }),
  metadataRatio: ratio.meta({ description: 'used share of thin-pool metadata; null = none, or not told' }),
  inodes: z
    .object({ total: z.int(), free: z.int() })
    .nullable()
    .meta({ description: 'of the file system below; null = it has no fixed number of them, or does not tell' }),
  fullAt: instant.nullable().meta({ description: 'when it will be full; null = not within a year, or not known' }),
  growthBytesPerDay: z.int().nullable().meta({ description: 'negative = it shrinks; null = not known' }),
  snapshotBytes: bytes,
  snapshotConfidence: confidence,
  orphanCount: count,
  orphanBytes: bytes,
  source: z.enum(['libvirt-pool', 'proxmox-status', 'vsphere-summary', 'demo']),
  demo: z.boolean(),
  collectedAt: instant,
  stale: z.boolean(),
}
export const storageSchema = z.object(storageFields).meta({ id: 'Storage' })

export const storageDetailSchema = z
  .object({
    ...storageFields,
    volumes: z.array(
      z.object({
        id,
        name: z.string(),
        path: z.string().nullable(),
        format: z.string(),
        virtualBytes: bytes,
        allocatedBytes: bytes,
        backingFile: z.string().nullable(),
        role: z.enum(['disk', 'overlay', 'base', 'memory', 'iso', 'template', 'backup', 'orphan', 'unknown']),
        guests: z.array(z.object({ id, name: z.string() })),
      }),
    ),
    unread,
  })
  .meta({ id: 'StorageDetail' })

export const storageHistorySchema = z
  .object({
    range: z.enum(HISTORY_RANGES),
    from: instant,
    to: instant,
    stepMillis: z.int().meta({ description: 'how long an item stands for' }),
    items: z.array(
      z.object({
        at: instant,
        usedBytes: bytes,
        usedMaxBytes: bytes,
        capacityBytes: bytes,
        snapshotBytes: bytes,
        provisionedBytes: bytes,
        metadataRatio: ratio,
        remembered: z.boolean().meta({ description: 'told by the hypervisor from before it was read here' }),
      }),
    ),
    nextCursor: z.null(),
    events: z.array(z.looseObject({ at: instant, event: z.string() })),
  })
  .meta({ id: 'StorageHistory' })

const perDay = z.object({ lowBytes: z.int(), midBytes: z.int(), highBytes: z.int() })

export const storageForecastSchema = z
  .object({
    status: z.enum(['told', 'silent']),
    because: z.enum(['history-short', 'figures-missing']).nullable().meta({ description: 'why it is silent' }),
    madeAt: instant.nullable(),
    madeFrom: instant.nullable().meta({ description: 'the last moment of the past it is made from' }),
    trend: z.enum(['growing', 'steady', 'shrinking']).nullable(),
    perDay: perDay.nullable(),
    crossings: z.array(
      z.object({
        share: z.number().meta({ description: '0.8, 0.9, 0.95 or 1' }),
        at: instant.nullable().meta({ description: 'null = not within a year' }),
        earliest: instant.nullable(),
        latest: instant.nullable().meta({ description: 'null = perhaps never' }),
      }),
    ),
    path: z.array(z.object({ at: instant, lowBytes: z.int(), midBytes: z.int(), highBytes: z.int() })),
    effective: z.object({
      capacityBytes: bytes,
      availableBytes: bytes,
      confidence: z.enum(['exact', 'at-most', 'unknown']),
      source: z.enum(['file-system', 'pool-upper-bound', 'whole-zpool', 'raw-cluster', 'told', 'not-told']),
    }),
  })
  .meta({ id: 'StorageForecast' })

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
    operationId: z.string().optional().meta({ description: 'with already-confirmed' }),
    plan: z.looseObject({ id: z.string() }).optional().meta({ description: 'with changed: the new plan' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' })

export const connectionTestSchema = z
  .object({
    ok: z.literal(true),
    product: z.string(),
    version: z.string(),
    node: z.string(),
    guests: z.int().nullable(),
    clockSkewMillis: z.int().nullable(),
    access: z.array(z.looseObject({ ability: z.string(), granted: z.enum(['yes', 'some', 'no', 'unknown']) })),
    cluster: z.looseObject({ name: z.string().nullable() }).optional(),
    certificate: z.looseObject({ fingerprint: z.string(), validTo: instant.nullable() }).optional(),
    authority: z.looseObject({ fingerprint: z.string(), pem: z.string() }).nullable().optional(),
  })
  .meta({ id: 'ConnectionTest' })

/** One page of a list. */
export const pageOf = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable(), unread })
