/** Operations on a fake world over a real database, with workers that can be killed after any write and any call. */
import { randomUUID } from 'node:crypto'
import type { Command, TaskUpdate } from '@/lib/domain/command'
import { asId, type ConnectionId, type GuestId, type OperationId, type PlanId } from '@/lib/domain/ids'
import type { Condition, Plan, Predicted, SingleIntent, Step } from '@/lib/domain/plan'
import { type Outcome, ok } from '@/lib/domain/result'
import { GIB, type Instant, instantAt } from '@/lib/domain/units'
import { openFakeHypervisor } from '@/lib/hypervisors/fake/adapter'
import { systemClock } from '@/lib/hypervisors/fake/clock'
import type { FakeStorage } from '@/lib/hypervisors/fake/state'
import { FakeWorld } from '@/lib/hypervisors/fake/world'
import type { Commands } from '@/lib/hypervisors/port'
import type { Store, StoreClient } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { claimLease, type Lease } from '@/lib/store/leases'
import { insertOperations } from '@/lib/store/operations'
import { insertPlan } from '@/lib/store/plans'
import { withTransaction } from '@/lib/store/tx'
import { type RunResult, runOperation } from '../executor'
import type { ExecutorInput } from '../operation/execution'
import { PATIENCE, type Patience } from '../operation/patience'
import { readGuest } from '../read-guest'
import { storeCollection } from '../store-collection'

/**
 * Rests are short; what ends an operation for being slow is not, so that a machine that stalls for a while changes
 * neither an end nor the number of writes. Progress is written as it comes, for the same reason.
 */
const QUICK: Patience = {
  ...PATIENCE,
  before: 20_000,
  after: 20_000,
  host: 20_000,
  silence: 20_000,
  hung: 40_000,
  pause: { first: 5, longest: 20 },
  progress: 0,
  slot: 50,
  probe: 20,
}

/** For what never comes: as in life, a thousand times faster. */
export const IMPATIENT: Patience = { ...QUICK, before: 150, after: 150, host: 200, silence: 30, hung: 120 }

/** For a host that says no for good, whose task says so by itself: a stall of this machine is not the task's silence. */
export const HOST_AWAY: Patience = { ...IMPATIENT, silence: QUICK.silence, hung: QUICK.hung }

export const now = (): Instant => instantAt(Date.now())

export type Scene = {
  store: Store
  world: FakeWorld
  connectionId: ConnectionId
  guestId: GuestId
  nativeId: string
}

/** A world with one guest, known to the store. */
export async function aScene(
  store: Store,
  options: { style?: FakeStorage['style']; reach?: FakeStorage['reach']; power?: 'running' | 'stopped' } = {},
): Promise<Scene> {
  const { style = 'internal', reach = 'any', power = 'stopped' } = options
  const kind = style === 'native' ? ('proxmox' as const) : ('libvirt' as const)
  const identity = { kind, product: kind, version: '11.3.0', node: 'node-1', address: 'fake' }
  const world = new FakeWorld(identity, systemClock)
  const storage = { nativeId: 's', name: 'images', node: 'node-1', type: 'dir', path: '/images', active: true }
  const size = { capacityBytes: 1000 * GIB, otherBytes: GIB, tellsVolumeBytes: true, strays: [] }
  world.addStorage({ ...storage, ...size, style, reach })
  const disk = { target: 'vda', storage: 's', format: 'qcow2', virtualBytes: 20 * GIB, usedBytes: GIB }
  const { nativeId } = world.addGuest({ name: 'web', power, disks: [disk] }).facts
  const connectionId = await withTransaction(store, async (tx) => {
    const address = { kind: 'libvirt', uri: `test://${randomUUID()}`, cleartextAccepted: false } as const
    const added = await insertConnection(tx, {
      name: address.uri,
      kind,
      mode: 'operate',
      address,
      demo: true,
      createdBy: 'test',
    })
    if (!added.ok) throw new Error(added.why.code)
    return added.value
  })
  const scene = { store, world, connectionId, nativeId, guestId: asId<GuestId>('') }
  await collectWhole(scene)
  const [row] = await store.query<{ id: string }>('SELECT id FROM guests WHERE connection_id = $1', [connectionId])
  return { ...scene, guestId: asId<GuestId>(row?.id ?? '') }
}

/** Reads everything once, as the worker would. */
export async function collectWhole(scene: Omit<Scene, 'guestId'>): Promise<void> {
  const lease = await takeOver(scene)
  const hypervisor = openFakeHypervisor(scene.world)
  const collection = await hypervisor.collect({ whole: true }, { thorough: true }, new AbortController().signal)
  const stored = await storeCollection(scene.store, {
    lease,
    collection,
    thorough: true,
    requests: [],
    nextAttemptAt: now,
  })
  if (!stored.ok) throw new Error(stored.why.code)
  await hypervisor.close()
}

/** Another worker owns the connection from now on. */
export async function takeOver({ store, connectionId }: Pick<Scene, 'store' | 'connectionId'>): Promise<Lease> {
  const claimed = await withTransaction(store, async (tx) => {
    await tx.query(`UPDATE connection_leases SET expires_at = now() - interval '1 second' WHERE connection_id = $1`, [
      connectionId,
    ])
    return claimLease(tx, connectionId, randomUUID())
  })
  if (!claimed.ok) throw new Error(claimed.why.code)
  return claimed.value
}

export const guestRef = ({ nativeId }: Scene) => ({ nativeId, name: 'web', node: 'node-1' })

export const aStep = (
  scene: Scene,
  command: Command,
  conditions: { before?: Condition; after: Condition; proof?: Step['proof']; storages?: Step['storages'] },
): Step => ({
  key: `web/${command.do}-${randomUUID().slice(0, 4)}`,
  guestId: scene.guestId,
  connectionId: scene.connectionId,
  command,
  before: conditions.before ?? { holds: 'always' },
  after: conditions.after,
  proof: conditions.proof ?? 'state',
  undo: 'none',
  onFail: 'stop',
  storages: conditions.storages ?? [],
  moves: null,
  safeStop: true,
})

/** Queues an operation as a confirmed plan would. */
export async function anOperation(
  scene: Scene,
  steps: Step[],
  intent: SingleIntent,
  predicted: Predicted | null = null,
): Promise<OperationId> {
  const planId = asId<PlanId>(randomUUID())
  const id = asId<OperationId>(randomUUID())
  const plan: Plan = {
    version: 1,
    id: planId,
    intent,
    parts: [],
    steps,
    checks: [],
    losses: [],
    merges: [],
    keeps: [],
    space: [],
    time: null,
    downtime: 'none',
    consent: 'click',
    consentText: 'web',
    predicted,
    digest: 'digest',
    madeAt: now(),
    validUntil: now(),
  }
  await withTransaction(scene.store, async (tx) => {
    await insertPlan(tx, { kind: 'plan', plan }, 'local:test')
    await insertOperations(tx, [
      {
        id,
        planId,
        parentId: null,
        place: 0,
        intent,
        guest: { id: scene.guestId, connectionId: scene.connectionId, nativeId: scene.nativeId },
        guestName: 'web',
        steps,
        predicted,
        space: [],
        actor: { kind: 'local', osUser: 'test' },
        askedBy: 'local:test',
        proposedBy: 'local:test',
        createdAt: now(),
      },
    ])
  })
  return id
}

/** The process is gone: nothing of it goes on. */
class Killed extends Error {}

/** Counts what a worker does to the outside, and kills it right after the n-th of them. */
export class Life {
  count = 0
  dead = false
  readonly told: string[] = []
  /** what happens elsewhere while the first command is under way: it was taken, and its worker does not know yet */
  meanwhile: (() => Promise<unknown>) | null = null

  constructor(private readonly dieAfter: number = Number.POSITIVE_INFINITY) {}

  alive(): void {
    if (this.dead) throw new Killed()
  }

  did(what: string): void {
    this.count += 1
    this.told.push(what)
    if (this.count >= this.dieAfter) this.dead = true
    this.alive()
  }
}

/** The same store, for a worker that may die: commits and single writes count. */
function mortalStore(store: Store, life: Life): Store {
  const query: Store['query'] = async (sql, parameters) => {
    life.alive()
    const rows = await store.query(sql, parameters)
    if (!/^\s*(SELECT|WITH)/i.test(sql)) life.did('write')
    return rows as never
  }
  const connect = async (): Promise<StoreClient> => {
    life.alive()
    const client = await store.pool.connect()
    return new Proxy(client, {
      get(target, name) {
        if (name === 'query') {
          return async (sql: string, parameters?: unknown[]) => {
            // What was under way when the process died is rolled back by the database.
            if (life.dead && sql !== 'ROLLBACK') throw new Killed()
            const result = await (target.query as (sql: string, parameters?: unknown[]) => Promise<unknown>)(
              sql,
              parameters,
            )
            if (sql === 'COMMIT') life.did('commit')
            return result
          }
        }
        const value: unknown = Reflect.get(target, name)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
  const pool = new Proxy(store.pool, {
    get: (target, name) => (name === 'connect' ? connect : Reflect.get(target, name)),
  })
  return { ...store, pool, query }
}

/** The same commands, for a worker that may die: every call counts. */
function mortalCommands(commands: Commands, life: Life): Commands {
  return {
    submit: async (command, signal) => {
      life.alive()
      const taken = await commands.submit(command, signal)
      life.did(`submit ${command.do}`)
      const { meanwhile } = life
      life.meanwhile = null
      await meanwhile?.()
      return taken
    },
    recall: async (command, since, signal) => {
      life.alive()
      const recalled = await commands.recall(command, since, signal)
      life.did('recall')
      return recalled
    },
    follow: (task, signal) => mortalFollow(commands.follow(task, signal), life),
  }
}

async function* mortalFollow(updates: AsyncIterable<TaskUpdate>, life: Life): AsyncGenerator<TaskUpdate> {
  for await (const update of updates) {
    life.did(`follow ${update.tells}`)
    yield update
  }
}

/** One worker works on the operation until it ends, cannot go on, or dies. */
export async function work(
  scene: Scene,
  id: OperationId,
  life: Life = new Life(),
  over: Partial<ExecutorInput> = {},
): Promise<RunResult | 'killed'> {
  const lease = over.lease ?? (await takeOver(scene))
  const hypervisor = openFakeHypervisor(scene.world, { operate: true })
  const store = mortalStore(scene.store, life)
  const { commands } = hypervisor
  if (commands === undefined) throw new Error('the fake cannot be operated')
  try {
    return await runOperation(
      {
        store,
        lease,
        now,
        patience: QUICK,
        signal: new AbortController().signal,
        commands: async (): Promise<Outcome<Commands>> => ok(mortalCommands(commands, life)),
        readGuest: async (nativeId, withStorages) => {
          life.alive()
          const read = await readGuest({ store, lease, hypervisor, nativeId, withStorages, nextAttemptAt: now })
          life.did('read')
          return read
        },
        configurationAt: (snapshot) => hypervisor.configurationAt(snapshot, new AbortController().signal),
        pause: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
        ...over,
      },
      id,
    )
  } catch (error) {
    if (error instanceof Killed) return 'killed'
    throw error
  } finally {
    await hypervisor.close()
  }
}
