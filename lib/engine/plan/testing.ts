/** Builders of what planners take: say what matters, the rest is an ordinary guest that everything can be done with. */
import type { HypervisorKind } from '@/lib/domain/connection'
import { asId, type ConnectionId, type GuestId, type PlanId, type SnapshotId, type StorageId } from '@/lib/domain/ids'
import type { CollectedGuest, CollectedStorage } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import { PERMISSIONS, type Permission } from '@/lib/domain/permission'
import type { Intent, Plan, Planned } from '@/lib/domain/plan'
import type { PlanConnection, PlanGuest, PlanStorage, PlanVolume, PlanWorld } from '@/lib/domain/plan-world'
import { DAY, HOUR, MINUTE } from '@/lib/domain/units'
import { aStorage, GuestBuilder, StorageBuilder, TEST_NOW } from '@/lib/testing/builders'
import { mergeGuest } from '../inventory/merge'
import { planIntent } from './plan-intent'

/** A guest as known after reading it for the first time. */
export const known = (guest: GuestBuilder | CollectedGuest): KnownGuest =>
  mergeGuest(null, guest instanceof GuestBuilder ? guest.build() : guest, TEST_NOW)

export const guestId = (name: string): GuestId => asId<GuestId>(`g:${name}`)
export const snapshotId = (guest: string, nativeId: string): SnapshotId => asId<SnapshotId>(`s:${guest}/${nativeId}`)
export const storageId = (name: string): StorageId => asId<StorageId>(`st:${name}`)
const connectionId = (name: string): ConnectionId => asId<ConnectionId>(`c:${name}`)

const VERSIONS: Record<HypervisorKind, string> = { libvirt: '11.3.0', proxmox: '9.2.11', vsphere: '8.0.3' }

export function aConnection(name: string, kind: HypervisorKind, fields: Partial<PlanConnection> = {}): PlanConnection {
  return {
    id: connectionId(name),
    name,
    kind,
    mode: 'operate',
    health: 'fresh',
    lastAnswerAt: TEST_NOW,
    lastError: null,
    changesRefused: null,
    version: VERSIONS[kind],
    commands: true,
    ...fields,
  }
}

/** One host with one storage `/images` of 100 GiB, 40 of them used, that lists every image its guests name. */
export class WorldBuilder {
  readonly #kind: HypervisorKind
  readonly #connections: PlanConnection[]
  readonly #guests: PlanGuest[] = []
  readonly #storages: PlanStorage[] = []
  readonly #volumes: PlanVolume[] = []
  #changes: Partial<PlanWorld> = {}

  constructor(kind: HypervisorKind = 'libvirt', connection: Partial<PlanConnection> = {}) {
    this.#kind = kind
    this.#connections = [aConnection('host', kind, connection)]
  }

  withConnection(connection: PlanConnection): this {
    this.#connections.push(connection)
    return this
  }

  withGuest(builder: GuestBuilder, fields: Partial<PlanGuest> = {}): this {
    const guest = known(builder)
    const { name } = guest.facts
    const items = guest.snapshots.value?.items ?? []
    this.#guests.push({
      id: guestId(name),
      connectionId: connectionId('host'),
      known: guest,
      fingerprint: `as-read-${name}`,
      snapshots: items.map(({ nativeId }) => ({
        id: snapshotId(name, nativeId),
        nativeId,
        hold: null,
        owner: null,
        purpose: null,
        expiresAt: null,
      })),
      environment: 'test',
      openOperation: null,
      ...fields,
    })
    return this
  }

  /** the guest's snapshot is held */
  holding(guest: string, nativeId: string, note = ''): this {
    for (const each of this.#guests.filter(({ id }) => id === guestId(guest))) {
      each.snapshots = each.snapshots.map((snapshot) =>
        snapshot.nativeId === nativeId ? { ...snapshot, hold: { by: 'Chen Hao', note } } : snapshot,
      )
    }
    return this
  }

  withStorage(builder: StorageBuilder | CollectedStorage, fields: Partial<PlanStorage> = {}): this {
    const { facts, volumes } = builder instanceof StorageBuilder ? builder.build() : builder
    const value = volumes.status === 'read' ? volumes.value : null
    this.#storages.push({
      id: storageId(facts.name),
      connectionId: connectionId('host'),
      known: { facts, volumes: { value, at: TEST_NOW, unread: null }, collectedAt: TEST_NOW },
      ceilingRatio: 0.95,
      measured: [],
      ...fields,
    })
    return this
  }

  withVolume(volume: Partial<PlanVolume> & { path: string }): this {
    this.#volumes.push({
      connectionId: connectionId('host'),
      storageId: storageId('images'),
      backingFile: null,
      format: 'qcow2',
      virtualBytes: null,
      allocatedBytes: null,
      usedBy: [],
      ...volume,
    })
    return this
  }

  with(changes: Partial<PlanWorld>): this {
    this.#changes = { ...this.#changes, ...changes }
    return this
  }

  build(): PlanWorld {
    const storages = this.#storages.some(({ known }) => known.facts.name === 'images')
      ? this.#storages
      : [...new WorldBuilder(this.#kind).withStorage(aStorage()).#storages, ...this.#storages]
    return structuredClone({
      actor: { name: 'Mei', permissions: Object.keys(PERMISSIONS) as Permission[] },
      connections: this.#connections,
      guests: this.#guests,
      storages,
      volumes: [...this.#volumes, ...this.#guests.flatMap((guest) => volumesOf(guest, this.#volumes))],
      imagesUnread: [],
      policy: {
        advisedDepth: 3,
        maxDepth: 32,
        maxAgeMillis: 10 * MINUTE,
        validMillis: HOUR,
        shutdownLimitMillis: 3 * MINUTE,
        nameTemplate: '{guest}_{type}_{yyyyMMdd}_{HHmm}_{purpose}',
        timeZone: 'UTC',
      },
      ...this.#changes,
    })
  }
}

/** The images of a guest as its storage lists them, unless the test listed them itself. */
function volumesOf({ known: guest, connectionId: connection }: PlanGuest, listed: readonly PlanVolume[]): PlanVolume[] {
  const usedBy = [{ nativeId: guest.facts.nativeId, name: guest.facts.name }]
  return (guest.disks.value ?? []).flatMap((disk) =>
    (disk.chain ?? []).flatMap((image, index): PlanVolume[] => {
      if (listed.some((each) => each.path === image.file && each.connectionId === connection)) return []
      const { file: path, format, virtualBytes, allocatedBytes } = image
      const backingFile = disk.chain?.[index + 1]?.file ?? null
      const storage = storageId('images')
      return [
        {
          connectionId: connection,
          storageId: storage,
          path,
          backingFile,
          format,
          virtualBytes,
          allocatedBytes,
          usedBy,
        },
      ]
    }),
  )
}

/** One libvirt 11.3 host, or one of another kind or version. */
export const aWorld = (kind: HypervisorKind = 'libvirt', connection: Partial<PlanConnection> = {}): WorldBuilder =>
  new WorldBuilder(kind, connection)

export const PLAN_ID = asId<PlanId>('plan-1')

export const planned = (world: WorldBuilder | PlanWorld, intent: Intent): Planned =>
  planIntent(intent, world instanceof WorldBuilder ? world.build() : world, TEST_NOW, PLAN_ID)

/** The plan; fails with the reasons when it is impossible. */
export function planOf(world: WorldBuilder | PlanWorld, intent: Intent): Plan {
  const result = planned(world, intent)
  if (result.kind === 'plan') return result.plan
  throw new Error(`impossible: ${JSON.stringify(result.why)}`)
}

/** Why not; fails when there is a plan. */
export function refusalOf(world: WorldBuilder | PlanWorld, intent: Intent): Extract<Planned, { kind: 'impossible' }> {
  const result = planned(world, intent)
  if (result.kind === 'impossible') return result
  throw new Error(`there is a plan: ${result.plan.steps.map(({ key }) => key).join(', ')}`)
}

export const toDelete = (guest: string, ...snapshots: string[]): Extract<Intent, { do: 'delete' }> => ({
  do: 'delete',
  guestId: guestId(guest),
  snapshotIds: snapshots.map((name) => snapshotId(guest, name)),
  children: 'keep',
})

export const toRollBack = (
  guest: string,
  snapshot: string,
  more: object = {},
): Extract<Intent, { do: 'rollback' }> => ({
  do: 'rollback',
  guestId: guestId(guest),
  snapshotId: snapshotId(guest, snapshot),
  ...more,
})

export const toTake = (guest: string, more: object = {}): Extract<Intent, { do: 'take' }> => ({
  do: 'take',
  guestId: guestId(guest),
  memory: false,
  quiesce: false,
  ...more,
})

/** Old enough for a domain account to be forgotten. */
export const LONG_AGO_HOURS = (40 * DAY) / HOUR
