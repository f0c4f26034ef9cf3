/** A take with memory on Proxmox VE: the plan names the storage on which the laboratory then saves the memory. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { Actor } from '@/lib/domain/actor'
import type { GuestId } from '@/lib/domain/ids'
import type { Plan, Planned } from '@/lib/domain/plan'
import { instantAt, MIB } from '@/lib/domain/units'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { openProxmoxHypervisor } from '@/lib/hypervisors/proxmox/adapter'
import { HASTY, startTestLab, type TestLab, tokenOf } from '@/lib/hypervisors/proxmox/testing/lab'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { claimLease } from '@/lib/store/leases'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { storeCollection } from '@/lib/worker/store-collection'
import type { Storage } from '../../../e2e/labs/proxmox/state'
import { proposePlan } from './propose'

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 })

const VMID = 101
const never = new AbortController().signal
let database: TestDatabase
let store: Store
let lab: TestLab
let hypervisor: Hypervisor

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url)
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await store.query('TRUNCATE connections, changes CASCADE')
  lab = await startTestLab()
  const access = { urls: [lab.lab.url], ca: lab.certificate.ca, fingerprints: [], login: tokenOf('root@pam!lab') }
  hypervisor = openProxmoxHypervisor(access, { now: lab.clock.now, mode: 'operate', patience: HASTY })
})
afterEach(async () => {
  await hypervisor.close()
  await lab.close()
})

function configure(changes: Record<string, string>): void {
  const guest = lab.cluster.state.guests.get(VMID)
  if (guest === undefined) throw new Error(`no guest ${VMID}`)
  Object.assign(guest.config, changes)
}

function addStorage(id: string, over: Partial<Storage>): void {
  const like = lab.cluster.state.storages.get('dir1')
  if (like === undefined) throw new Error('no dir1')
  lab.cluster.state.storages.set(id, { ...like, id, options: { path: `/srv/${id}` }, ...over })
}

/** Reads the cluster as the worker does, and plans a snapshot with memory of the machine. */
async function planned(): Promise<Planned> {
  const address = { kind: 'proxmox', user: 'root@pam!lab', ca: null } as const
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'pve',
      kind: 'proxmox',
      mode: 'operate',
      address: { ...address, urls: [lab.lab.url], fingerprints: [], authorities: [] },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  const claimed = await claimLease(store, added.value, 'worker')
  if (!claimed.ok) throw new Error(claimed.why.code)
  const collection = await hypervisor.collect({ whole: true }, { thorough: true }, never)
  const stored = await storeCollection(store, {
    lease: claimed.value,
    collection,
    thorough: true,
    requests: [],
    nextAttemptAt: () => instantAt(lab.clock.now() + 10_000),
  })
  if (!stored.ok) throw new Error(stored.why.code)
  const [guest] = await store.query<{ id: GuestId }>('SELECT id FROM guests WHERE native_id = $1', [String(VMID)])
  if (guest === undefined) throw new Error(`${VMID} was not read`)
  const actor: Actor = { kind: 'token', tokenId: 'operator' as never, name: 'operator', role: 'operator', userId: null }
  const ctx = { store, actor, now: instantAt(lab.clock.now()), address: null, sessionId: null }
  const intent = { do: 'take', guestId: guest.id, name: 'ram', memory: true, quiesce: false } as const
  const made = await proposePlan({ ctx, input: { intent } })
  if (!made.ok) throw new Error(JSON.stringify(made.why))
  return made.value.planned
}

function planOf(made: Planned): Plan {
  if (made.kind === 'plan') return made.plan
  throw new Error(JSON.stringify(made.checks.filter(({ verdict }) => verdict !== 'pass')))
}

/** Carries out the plan's one step; the storage on which the memory then lies. */
async function savedOn(plan: Plan): Promise<string> {
  const { commands } = hypervisor
  const command = plan.steps[0]?.command
  if (commands === undefined || command === undefined) throw new Error('nothing to ask')
  const taken = await commands.submit(command, never)
  if (!taken.ok) throw new Error(JSON.stringify(taken))
  for await (const update of commands.follow(taken.value, never)) {
    if (update.tells === 'end' && update.end.ended !== 'succeeded') throw new Error(JSON.stringify(update.end))
  }
  const saved = lab.cluster.state.guests.get(VMID)?.snapshots.get('ram')?.config.vmstate
  return String(saved).split(':')[0] ?? ''
}

const neededOn = (plan: Plan): string[] =>
  plan.space.flatMap(({ storageName, peak }) => ((peak.max ?? 0) >= 500 * MIB ? [storageName] : []))

test.each<[string, () => void, string]>([
  ['of its only disk', () => undefined, 'dir1'],
  ['that its configuration names', () => configure({ vmstatestorage: 'btr1' }), 'btr1'],
  [
    'that is shared, of several disks',
    () => {
      addStorage('nfs1', { type: 'nfs', shared: true })
      configure({ scsi1: 'nfs1:101/vm-101-disk-1.qcow2,size=64M' })
    },
    'nfs1',
  ],
  [
    'that keeps files, of local ones',
    () => {
      addStorage('athin', { type: 'lvmthin', options: { thinpool: 'data', vgname: 'pve' } })
      configure({ scsi1: 'athin:vm-101-disk-1,size=64M' })
    },
    'dir1',
  ],
])('the plan counts the memory on the storage %s, and there it is saved', async (_which, arrange, expected) => {
  arrange()
  const plan = planOf(await planned())
  expect(neededOn(plan)).toEqual([expected])
  expect(await savedOn(plan)).toBe(expected)
})

test('a full storage for the memory stops the plan, although the disks’ one has room', async () => {
  addStorage('tiny', { total: 1024 * MIB, used: 1000 * MIB, avail: 24 * MIB })
  configure({ vmstatestorage: 'tiny' })
  const made = await planned()
  expect(made.kind).toBe('impossible')
  expect(made.kind === 'impossible' && made.checks.find(({ id }) => id === 'space-for-plan')).toMatchObject({
    verdict: 'block',
    why: { code: 'storage-short', storage: 'tiny' },
  })
})

test('a storage for the memory that nobody lists is told as not known', async () => {
  configure({ vmstatestorage: 'hidden' })
  const made = await planned()
  expect(made.kind === 'impossible' && made.checks.find(({ id }) => id === 'space-for-plan')).toMatchObject({
    verdict: 'unknown',
    why: { code: 'space-unknown', storage: 'hidden' },
  })
})
