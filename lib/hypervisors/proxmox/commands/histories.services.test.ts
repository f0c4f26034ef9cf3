/**
 * Random histories on the laboratory, from plan to proof: planned by the planner, carried out by the executor, over the
 * wire. Machines and containers, running and off, on storages that go back anywhere and on those that do not. What was
 * predicted is compared with the laboratory's own truth.
 */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import { asId, type ConnectionId, type GuestId, type OperationId, type SnapshotId } from '@/lib/domain/ids'
import type { Plan, Predicted, SingleIntent } from '@/lib/domain/plan'
import { ok } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { differences, orderSnapshots } from '@/lib/engine/plan/conditions'
import type { Context } from '@/lib/services/context'
import { confirmPlan } from '@/lib/services/plan/confirm'
import { proposePlan } from '@/lib/services/plan/propose'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { findOperation } from '@/lib/store/operations'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { runOperation } from '@/lib/worker/executor'
import { PATIENCE } from '@/lib/worker/operation/patience'
import { readGuest } from '@/lib/worker/read-guest'
import { storeCollection } from '@/lib/worker/store-collection'
import { takeOver } from '@/lib/worker/testing/execution'
import { generatedCluster } from '../../../../e2e/labs/proxmox/generated'
import type { Guest } from '../../../../e2e/labs/proxmox/state'
import type { Commands, Hypervisor } from '../../port'
import { openProxmoxHypervisor } from '../adapter'
import { HASTY, startTestLab, type TestLab, tokenOf } from '../testing/lab'
import { plainFingerprint } from '../trust'

const STEPS = 8
const SEED = 20261127
const never = new AbortController().signal
const now = () => instantAt(Date.now())

let database: TestDatabase
let store: Store
let lab: TestLab
let hypervisor: Hypervisor
let connectionId: ConnectionId

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 8 })
  const size = { nodes: 2, guests: 24, snapshotsEach: 0, containerEvery: 3 }
  lab = await startTestLab((options) => generatedCluster({ ...options, size }), 'kept')
  const access = {
    urls: [lab.lab.url],
    ca: null,
    fingerprints: [plainFingerprint(lab.lab.fingerprint)],
    login: tokenOf('root@pam!lab'),
  }
  hypervisor = openProxmoxHypervisor(access, { mode: 'operate', patience: HASTY })
  connectionId = await withTransaction(store, async (tx) => {
    const address = {
      kind: 'proxmox',
      urls: access.urls,
      user: 'root@pam!lab',
      fingerprints: [],
      authorities: [],
      ca: null,
    } as const
    const added = await insertConnection(tx, {
      name: 'lab',
      kind: 'proxmox',
      mode: 'operate',
      address: { ...address, urls: [...address.urls], fingerprints: [], authorities: [] },
      demo: false,
      createdBy: 'test',
    })
    if (!added.ok) throw new Error(added.why.code)
    return added.value
  })
  await collectWhole()
})
afterAll(async () => {
  await hypervisor.close()
  await lab.close()
  await store.close()
  await database.drop()
})

async function collectWhole(): Promise<void> {
  const lease = await takeOver({ store, connectionId })
  const collection = await hypervisor.collect({ whole: true }, { thorough: true }, never)
  const stored = await storeCollection(store, { lease, collection, thorough: true, requests: [], nextAttemptAt: now })
  if (!stored.ok) throw new Error(stored.why.code)
}

const context = (): Context => {
  const actor: Actor = { kind: 'local', osUser: 'test', role: 'admin' }
  return { store, actor, now: now(), address: null, sessionId: null }
}

/** A planned, confirmed and executed intent; null = it was refused, with the checks that refused it. */
async function carryOut(
  intent: SingleIntent,
  work: (id: OperationId) => Promise<void> = execute,
): Promise<{ plan: Plan; state: string; why: unknown } | { refused: string[] }> {
  const proposed = await proposePlan({ ctx: context(), input: { intent } as never })
  if (!proposed.ok) throw new Error(JSON.stringify(proposed.why))
  const { planned } = proposed.value
  if (planned.kind === 'impossible') {
    return { refused: planned.checks.filter(({ verdict }) => verdict === 'block').map(({ id }) => id) }
  }
  const { plan } = planned
  const stops = plan.checks.filter(({ verdict }) => verdict === 'block' || verdict === 'unknown')
  if (stops.some(({ verdict }) => verdict === 'block')) return { refused: stops.map(({ id }) => id) }
  const confirmed = await confirmPlan({
    ctx: context(),
    input: { id: plan.id, digest: plan.digest, typedName: plan.consentText },
  })
  if (!confirmed.ok || confirmed.value.result !== 'confirmed') throw new Error(JSON.stringify(confirmed))
  const { operationId } = confirmed.value
  await work(operationId)
  const operation = await findOperation(store, operationId)
  return { plan, state: operation?.state ?? 'gone', why: operation?.why }
}

/** One worker works on the operation, by these commands, until it ends. */
async function execute(id: OperationId, commands: Commands = operated()): Promise<void> {
  const lease = await takeOver({ store, connectionId })
  const patience = { ...PATIENCE, pause: { first: 5, longest: 20 }, progress: 10 }
  const input = { store, lease, now, patience, signal: never, commands: async () => ok(commands) }
  await runOperation(
    {
      ...input,
      readGuest: (nativeId, withStorages) =>
        readGuest({ store, lease, hypervisor, nativeId, withStorages, nextAttemptAt: now }),
      configurationAt: (snapshot) => hypervisor.configurationAt(snapshot, never),
      pause: (millis) => new Promise((resolve) => setTimeout(resolve, millis)),
    },
    id,
  )
}

function operated(): Commands {
  const { commands } = hypervisor
  if (commands === undefined) throw new Error('the laboratory is not operated')
  return commands
}

/** What the laboratory holds, in the words of a prediction. */
function truthOf({ snapshots, config, runningSinceMs }: Guest): Predicted {
  return {
    snapshots: orderSnapshots(
      [...snapshots].map(([name, snapshot]) => ({ name, parentName: textOf(snapshot.config.parent) })),
    ),
    currentParentName: textOf(config.parent),
    power: runningSinceMs === undefined ? 'stopped' : 'running',
  }
}
const textOf = (value: string | number | undefined): string | null => (value === undefined ? null : String(value))

async function idsOf({ vmid }: Guest): Promise<{ guestId: GuestId; snapshots: { id: SnapshotId; name: string }[] }> {
  const [row] = await store.query<{ id: string }>('SELECT id FROM guests WHERE connection_id = $1 AND native_id = $2', [
    connectionId,
    String(vmid),
  ])
  const guestId = asId<GuestId>(row?.id ?? '')
  const snapshots = await store.query<{ id: SnapshotId; name: string }>(
    'SELECT id, name FROM snapshots WHERE guest_id = $1 ORDER BY name',
    [guestId],
  )
  return { guestId, snapshots }
}

/** What we say the storage would refuse, it does, and changes nothing. */
async function expectRefusedBy(guest: Guest, intent: SingleIntent): Promise<void> {
  if (intent.do !== 'rollback') return
  const ref = { nativeId: String(guest.vmid), name: '', node: guest.node }
  const name = (await idsOf(guest)).snapshots.find(({ id }) => id === intent.snapshotId)?.name ?? ''
  const snapshot = { guest: ref, nativeId: name, name }
  const command = { do: 'snapshot.rollback', guest: ref, snapshot, powerAfter: 'as-saved', force: false } as const
  const before = truthOf(guest)
  const task = await operated().submit(command, never)
  if (!task.ok) throw new Error(task.why.code)
  for await (const update of operated().follow(task.value, never)) {
    if (update.tells !== 'end') continue
    expect(update.end).toMatchObject({
      ended: 'failed',
      native: expect.stringContaining('is not most recent snapshot'),
    })
  }
  expect(truthOf(guest)).toEqual(before)
}

type Drawn = { do: 'take' | 'rollback' | 'delete'; pick: number; yes: boolean; also: boolean }
const drawn: fc.Arbitrary<Drawn> = fc.record({
  do: fc.constantFrom('take', 'take', 'take', 'rollback', 'rollback', 'delete'),
  pick: fc.nat(1000),
  yes: fc.boolean(),
  also: fc.boolean(),
})

async function intentOf(step: Drawn, guest: Guest, place: number): Promise<SingleIntent | null> {
  const { guestId, snapshots } = await idsOf(guest)
  if (step.do === 'take') {
    const memory = step.yes && guest.kind === 'qemu' && guest.runningSinceMs !== undefined
    return { do: 'take', guestId, name: `s${place}-${step.pick}`, memory, quiesce: false }
  }
  const chosen = snapshots[step.pick % Math.max(1, snapshots.length)]
  if (chosen === undefined) return null
  if (step.do === 'rollback') {
    const rest = step.also ? { deleteNewer: true } : {}
    return { do: 'rollback', guestId, snapshotId: chosen.id, startAfter: step.yes, ...rest }
  }
  const more = step.also ? snapshots.filter(({ id }) => id !== chosen.id).slice(0, 1) : []
  return { do: 'delete', guestId, snapshotIds: [chosen, ...more].map(({ id }) => id), children: 'keep' }
}

const tally = { ran: 0, refused: new Map<string, number>(), rollbacks: 0 }

describe('random histories', () => {
  const kinds = ['nfs', 'zfspool', 'lvmthin', 'rbd'] as const
  it.each(kinds)(
    'on %s, machines and containers: exactly as predicted',
    async (type) => {
      const { state, clock } = { ...lab.cluster, clock: lab.clock }
      const of = [...state.guests.values()].filter(({ config }) => {
        const [storage = ''] = String(config.scsi0 ?? config.rootfs).split(':')
        return state.storages.get(storage)?.type === type && !String(config.rootfs ?? '').includes('.raw')
      })
      const chosen = [
        ...of.filter(({ kind }) => kind === 'qemu').slice(0, 2),
        ...of.filter(({ kind }) => kind === 'lxc').slice(0, 1),
      ]
      expect(chosen.length).toBeGreaterThan(1)
      const histories = fc.sample(fc.array(drawn, { minLength: STEPS, maxLength: STEPS }), {
        numRuns: chosen.length,
        seed: SEED,
      })
      for (const [index, guest] of chosen.entries()) {
        for (const [place, step] of (histories[index] ?? []).entries()) {
          clock.skip(2_000)
          // Somebody tags it meanwhile: a rollback puts back the tags of then, and its plan today's.
          guest.config.tags = `t${place}`
          await collectWhole()
          const intent = await intentOf(step, guest, place)
          if (intent === null) continue
          const before = truthOf(guest)
          const done = await carryOut(intent)
          const said = JSON.stringify({
            vmid: guest.vmid,
            step,
            intent,
            done: 'refused' in done ? done : [done.state, done.why],
          })
          if ('refused' in done) {
            expect(truthOf(guest), said).toEqual(before)
            if (done.refused.includes('newest-only')) await expectRefusedBy(guest, intent)
            for (const id of done.refused) tally.refused.set(id, (tally.refused.get(id) ?? 0) + 1)
            continue
          }
          expect(done.state, said).toBe('succeeded')
          const [part] = done.plan.parts
          if (part === undefined) throw new Error('a plan without a part')
          expect(differences(part.predicted, truthOf(guest)), said).toEqual([])
          expect(guest.config.tags, said).toBe(`t${place}`)
          expect(guest.config.lock).toBeUndefined()
          tally.ran += 1
          if (step.do === 'rollback') tally.rollbacks += 1
        }
      }
    },
    600_000,
  )

  it('ran, and were refused where the storage cannot', () => {
    expect(tally.ran).toBeGreaterThan(50)
    expect(tally.rollbacks).toBeGreaterThan(8)
    expect(tally.refused.get('newest-only') ?? 0).toBeGreaterThan(0)
  })

  it('a worker that dies right after asking leaves one task, and the next one goes on with it', async () => {
    const guest = [...lab.cluster.state.guests.values()].find(
      ({ kind, config }) => kind === 'qemu' && String(config.scsi0).startsWith('nfs1:'),
    )
    if (guest === undefined) throw new Error('no guest on nfs1')
    const dying = async (id: OperationId): Promise<void> => {
      for (let lives = 0; lives < 20; lives += 1) {
        const commands = operated()
        const dies: Commands = {
          ...commands,
          follow: (task, signal) => commands.follow(task, signal),
          recall: (command, since, signal) => commands.recall(command, since, signal),
          submit: async (command, signal) => {
            await commands.submit(command, signal)
            throw new Error('killed')
          },
        }
        const killed = await execute(id, dies).then(
          () => false,
          (error: unknown) => error instanceof Error && error.message === 'killed',
        )
        if (!killed) return
      }
      throw new Error('it died too often')
    }
    const asked = lab.cluster.tasks.all.length
    lab.clock.skip(2_000)
    await collectWhole()
    const { guestId } = await idsOf(guest)
    const take = { do: 'take', guestId, name: 'crashed', memory: false, quiesce: false } as const
    expect(await carryOut(take, dying)).toMatchObject({ state: 'succeeded' })
    const snapshotId = (await idsOf(guest)).snapshots.find(({ name }) => name === 'crashed')?.id
    if (snapshotId === undefined) throw new Error('it was not taken')
    const back = { do: 'rollback', guestId, snapshotId, safetySnapshot: false, startAfter: true } as const
    lab.clock.skip(5_000)
    expect(await carryOut(back, dying)).toMatchObject({ state: 'succeeded' })
    const remove: SingleIntent = { do: 'delete', guestId, snapshotIds: [snapshotId], children: 'keep' }
    lab.clock.skip(5_000)
    expect(await carryOut(remove, dying)).toMatchObject({ state: 'succeeded' })
    const types = lab.cluster.tasks.all.slice(asked).map(({ type }) => type)
    for (const type of ['qmsnapshot', 'qmrollback', 'qmdelsnapshot']) {
      expect(
        types.filter((each) => each === type),
        type,
      ).toHaveLength(1)
    }
  })
})
