/** 500 deletions on a simulator with ten storages: how close to what its limits allow, and how soon the first call. */
import { randomUUID } from 'node:crypto'
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  asId,
  type ConnectionId,
  type GuestId,
  type OperationId,
  type PlanId,
  type StorageId,
} from '../../lib/domain/ids'
import type { Plan, PlanPart, SingleIntent, Step } from '../../lib/domain/plan'
import { ok } from '../../lib/domain/result'
import { GIB, type Instant, instantAt } from '../../lib/domain/units'
import { openFakeHypervisor } from '../../lib/hypervisors/fake/adapter'
import { systemClock } from '../../lib/hypervisors/fake/clock'
import { FakeWorld } from '../../lib/hypervisors/fake/world'
import { openStore, type Store } from '../../lib/store/client'
import { insertConnection } from '../../lib/store/connections'
import { insertOperations, type NewOperation } from '../../lib/store/operations'
import { insertPlan } from '../../lib/store/plans'
import { withTransaction } from '../../lib/store/tx'
import { startWorker } from '../../lib/worker/worker'
import { migrate } from '../lib/migrate.mjs'
import { startPostgres } from '../lib/postgres.mjs'
import type { Bench, Figure } from './report'
import { median, percentile } from './stats'

export const DELETIONS = 500
export const STORAGES = 10
const SHORTEST_MS = 20
const LONGEST_MS = 2_000
export const MOST_OVER = 1.15
export const MOST_FIRST_CALL_MS = 300
export const MOST_SHOWN_MS = 1_000
export const FIRST_CALLS = 20

type Lab = {
  store: Store
  world: FakeWorld
  connectionId: ConnectionId
  guests: { id: GuestId; nativeId: string; name: string; storageId: StorageId }[]
  close(): Promise<void>
}

export const operationsBench: Bench = {
  name: 'operations',
  about: `${DELETIONS} deletions on a simulator with ${STORAGES} storages, and how soon the first call comes`,
  async run({ say }) {
    const lab = await openLab()
    try {
      return [await firstCall(lab, say), ...(await manyDeletions(lab, say))]
    } finally {
      await lab.close()
    }
  },
}

const now = (): Instant => instantAt(Date.now())
export const quiet = { info: () => undefined, warn: () => undefined, error: (facts: object) => console.error(facts) }

async function openLab(): Promise<Lab> {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-bench-')))
  const server = await startPostgres({
    directory: join(directory, 'postgres'),
    passwordFile: join(directory, 'password'),
    durable: true,
    settings: {},
    log: () => undefined,
  })
  await migrate({ url: server.url })
  const store = openStore(server.url, { maxConnections: 20 })
  const world = aWorld()
  const connectionId = await addConnection(store)
  const worker = startWorker({ store, log: quiet, open: async () => ok(openFakeHypervisor(world, { operate: true })) })
  const guests = await untilRead(store, connectionId)
  return {
    store,
    world,
    connectionId,
    guests,
    close: async () => {
      await worker.stop()
      await store.close()
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

function aWorld(): FakeWorld {
  const identity = { kind: 'libvirt', product: 'libvirt', version: '11.3.0', node: 'sim', address: 'sim' } as const
  const world = new FakeWorld(identity, systemClock)
  const fixed = { node: 'sim', type: 'dir', active: true, capacityBytes: 100_000 * GIB, otherBytes: 0 }
  const kind = { style: 'internal', reach: 'any', tellsVolumeBytes: true } as const
  for (let place = 0; place < STORAGES; place += 1) {
    world.addStorage({ ...fixed, ...kind, nativeId: `s${place}`, name: `s${place}`, path: `/s${place}`, strays: [] })
  }
  for (let place = 0; place < DELETIONS; place += 1) {
    const storage = `s${place % STORAGES}`
    const disk = { target: 'vda', storage, format: 'qcow2', virtualBytes: 20 * GIB, usedBytes: GIB }
    const { nativeId } = world.addGuest({ name: `guest-${place}`, power: 'stopped', disks: [disk] }).facts
    world.take(nativeId, { name: 'old' })
  }
  return world
}

async function addConnection(store: Store): Promise<ConnectionId> {
  const address = { kind: 'libvirt', uri: 'test://simulator', cleartextAccepted: false } as const
  const rest = { name: 'simulator', kind: 'libvirt', mode: 'operate', address, demo: true, createdBy: 'bench' } as const
  const added = await withTransaction(store, (tx) => insertConnection(tx, rest))
  if (!added.ok) throw new Error(added.why.code)
  return added.value
}

export async function untilRead(store: Store, connectionId: ConnectionId): Promise<Lab['guests']> {
  for (let tries = 0; tries < 600; tries += 1) {
    const guests = await store.query<{ id: string; nativeId: string; name: string; storageId: string }>(
      `SELECT g.id, g.native_id AS "nativeId", g.name, t.id AS "storageId" FROM guests g
       JOIN storages t ON t.connection_id = g.connection_id AND t.name = g.storage_names[1]
       WHERE g.connection_id = $1 ORDER BY g.name`,
      [connectionId],
    )
    if (guests.length === DELETIONS) {
      return guests.map((guest) => ({
        ...guest,
        id: asId<GuestId>(guest.id),
        storageId: asId<StorageId>(guest.storageId),
      }))
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error('the simulator was not read')
}

/** From the commit of the consent to the moment the simulator is asked, and to the moment its end is stored. */
async function firstCall(lab: Lab, say: (line: string) => void): Promise<Figure> {
  const times: number[] = []
  for (let round = 0; round < FIRST_CALLS; round += 1) {
    const guest = lab.guests[round]
    if (guest === undefined) throw new Error('no guest')
    const name = `bench-${round}`
    let asked = Number.NaN
    lab.world.taskMillis = () => {
      asked = performance.now()
      return 0
    }
    const began = performance.now()
    const id = await queue(lab, [{ guest, step: takeStep(lab, guest, name), intent: takeIntent(guest) }])
    await untilEnded(lab.store, id)
    times.push(asked - began)
  }
  say(`first calls: median ${median(times).toFixed(0)} ms`)
  return {
    bench: 'operations',
    what: 'from consent to the first call, p95',
    value: percentile(times, 0.95),
    unit: 'ms',
    target: { most: MOST_FIRST_CALL_MS },
    note: `${FIRST_CALLS} operations, with the writing of the consent; median ${median(times).toFixed(0)} ms`,
  }
}

async function manyDeletions(lab: Lab, say: (line: string) => void): Promise<Figure[]> {
  const { millisOf, critical } = spreadMillis(lab.guests)
  lab.world.taskMillis = (command) => ('guest' in command ? (millisOf.get(command.guest.nativeId) ?? 0) : 0)
  say(`${DELETIONS} deletions; the fullest storage alone needs ${(critical / 1000).toFixed(1)} s`)
  const jobs = lab.guests.map((guest) => ({ guest, step: deleteStep(lab, guest), intent: deleteIntent(guest) }))
  const began = performance.now()
  const id = await queue(lab, jobs)
  const state = await untilEnded(lab.store, id)
  const wall = performance.now() - began
  if (state !== 'succeeded') throw new Error(`the deletions ended as ${state}`)
  const shown = await shownAfter(lab)
  return [
    {
      bench: 'operations',
      what: `${DELETIONS} deletions, wall time ÷ critical path`,
      value: wall / critical,
      unit: 'times',
      target: { most: MOST_OVER },
      note: `${(wall / 1000).toFixed(1)} s for a critical path of ${(critical / 1000).toFixed(1)} s`,
    },
    {
      bench: 'operations',
      what: 'a finished task is stored and told, p95',
      value: percentile(shown, 0.95),
      unit: 'ms',
      target: { most: MOST_SHOWN_MS },
      note: `${shown.length} deletions, median ${median(shown).toFixed(0)} ms; the page hears of it at the same commit`,
    },
  ]
}

/** Task times spread evenly between the shortest and the longest, the same in every run; and the fullest storage's sum. */
export function spreadMillis(guests: Lab['guests']): { millisOf: Map<string, number>; critical: number } {
  const perStorage = new Map<StorageId, number>()
  const millisOf = new Map<string, number>()
  guests.forEach((guest, place) => {
    const millis = SHORTEST_MS + ((place * 7_919) % DELETIONS) * ((LONGEST_MS - SHORTEST_MS) / (DELETIONS - 1))
    millisOf.set(guest.nativeId, millis)
    perStorage.set(guest.storageId, (perStorage.get(guest.storageId) ?? 0) + millis)
  })
  return { millisOf, critical: Math.max(...perStorage.values()) }
}

/** How long after its task ended each deletion was proven and told, by the times the events carry. */
export async function shownAfter({ store }: Pick<Lab, 'store'>): Promise<number[]> {
  const rows = await store.query<{ ended: Instant; done: Instant }>(
    `SELECT v.at AS ended, d.at AS done FROM operation_events v
     JOIN operation_events d ON d.operation_id = v.operation_id AND d.event = 'step' AND d.data->>'state' = 'done'
     WHERE v.event = 'step' AND v.data->>'state' = 'verifying' AND v.data->>'key' LIKE 'delete%'`,
  )
  return rows.map(({ ended, done }) => Date.parse(done) - Date.parse(ended))
}

type Guest = Lab['guests'][number]
const refOf = ({ nativeId, name }: Guest) => ({ nativeId, name, node: 'sim' })
export const takeIntent = ({ id }: Guest): SingleIntent => ({ do: 'take', guestId: id, memory: false, quiesce: false })
export const deleteIntent = ({ id }: Guest): SingleIntent => ({
  do: 'delete',
  guestId: id,
  snapshotIds: [],
  children: 'keep',
})

export const takeStep = ({ connectionId }: Pick<Lab, 'connectionId'>, guest: Guest, name: string): Step => ({
  key: `take ${guest.name}`,
  guestId: guest.id,
  connectionId,
  command: {
    do: 'snapshot.take',
    guest: refOf(guest),
    name,
    description: '',
    memory: 'none',
    memoryFile: null,
    quiesce: false,
    disks: [{ target: 'vda', mode: 'internal' }],
  },
  before: { holds: 'snapshot-absent', name },
  after: { holds: 'snapshot-exists', name },
  proof: 'state',
  undo: 'none',
  onFail: 'stop',
  storages: [],
  moves: null,
  safeStop: true,
})

export const deleteStep = ({ connectionId }: Pick<Lab, 'connectionId'>, guest: Guest): Step => ({
  key: `delete ${guest.name}`,
  guestId: guest.id,
  connectionId,
  command: {
    do: 'snapshot.delete',
    guest: refOf(guest),
    snapshot: { guest: refOf(guest), nativeId: 'old', name: 'old' },
    children: 'keep',
    how: 'whole',
  },
  before: { holds: 'snapshot-exists', name: 'old' },
  after: { holds: 'snapshot-absent', name: 'old' },
  proof: 'state',
  undo: 'none',
  onFail: 'stop',
  storages: [guest.storageId],
  moves: null,
  safeStop: true,
})

/** Queues as a consent does: plan, operations, events and notice in one transaction. */
export async function queue(
  { store, connectionId }: Pick<Lab, 'store' | 'connectionId'>,
  jobs: { guest: Guest; step: Step; intent: SingleIntent }[],
): Promise<OperationId> {
  const planId = asId<PlanId>(randomUUID())
  const batchId = asId<OperationId>(randomUUID())
  const at = now()
  const intent = { do: 'batch', intents: jobs.map((job) => job.intent), onFailure: 'continue' } as const
  const plan: Plan = {
    version: 1,
    id: planId,
    intent,
    parts: [] as PlanPart[],
    steps: jobs.map(({ step }) => step),
    checks: [],
    losses: [],
    merges: [],
    keeps: [],
    space: [],
    time: null,
    downtime: 'none',
    consent: 'click',
    consentText: `${jobs.length} snapshots`,
    predicted: null,
    digest: randomUUID(),
    madeAt: at,
    validUntil: at,
  }
  const shared = {
    planId,
    space: [],
    predicted: null,
    actor: { kind: 'local', osUser: 'bench' } as const,
    askedBy: 'local:bench',
    proposedBy: 'local:bench',
    createdAt: at,
  }
  const batch: NewOperation = {
    ...shared,
    id: batchId,
    parentId: null,
    place: 0,
    intent,
    guest: null,
    guestName: plan.consentText,
    steps: [],
  }
  const children = jobs.map(
    ({ guest, step, intent: own }, place): NewOperation => ({
      ...shared,
      id: asId<OperationId>(randomUUID()),
      parentId: batchId,
      place,
      intent: own,
      guest: { id: guest.id, connectionId, nativeId: guest.nativeId },
      guestName: guest.name,
      steps: [step],
    }),
  )
  await withTransaction(store, async (tx) => {
    await insertPlan(tx, { kind: 'plan', plan }, 'local:bench')
    await insertOperations(tx, [batch, ...children])
  })
  return batchId
}

export async function untilEnded(store: Store, id: OperationId): Promise<string> {
  for (let tries = 0; tries < 60_000; tries += 1) {
    const [row] = await store.query<{ state: string; ended: boolean }>(
      'SELECT state, finished_at IS NOT NULL AS ended FROM operations WHERE id = $1',
      [id],
    )
    if (row?.ended === true) return row.state
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the operations did not end')
}
