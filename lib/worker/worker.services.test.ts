import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ConnectionId, SnapshotId } from '@/lib/domain/ids'
import type { Scope } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { GIB, instantAt } from '@/lib/domain/units'
import { openFakeHypervisor } from '@/lib/hypervisors/fake/adapter'
import { systemClock } from '@/lib/hypervisors/fake/clock'
import { FakeWorld } from '@/lib/hypervisors/fake/world'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { openStore, type Store } from '@/lib/store/client'
import { connectionDetail, deleteConnection, insertConnection, updateConnection } from '@/lib/store/connections'
import { attention } from '@/lib/store/inventory-attention'
import { guestSnapshots, guestWindow } from '@/lib/store/inventory-guests'
import { currentLease, latestHeartbeat } from '@/lib/store/leases'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { createTestDatabase, type TestDatabase } from '@/lib/testing/database'
import { attemptInterval, COLLECT_INTERVAL } from './backoff'
import { collectOnce } from './collect-once'
import type { Log } from './log'
import { type RunningWorker, startWorker, type WorkerInput } from './worker'

let database: TestDatabase
let store: Store
let workers: RunningWorker[] = []
let worlds: Map<ConnectionId, FakeWorld>
const lines: { level: string; facts: object; message: string }[] = []
const log: Log = {
  info: (facts, message) => lines.push({ level: 'info', facts, message }),
  warn: (facts, message) => lines.push({ level: 'warn', facts, message }),
  error: (facts, message) => lines.push({ level: 'error', facts, message }),
}

beforeAll(async () => {
  database = await createTestDatabase()
  store = openStore(database.url, { maxConnections: 30 })
})
afterAll(async () => {
  await store.close()
  await database.drop()
})
beforeEach(async () => {
  await store.query('TRUNCATE connections, changes, workers CASCADE')
  worlds = new Map()
  lines.length = 0
})
afterEach(async () => {
  await Promise.all(workers.map((worker) => worker.stop()))
  workers = []
})

function aWorld(name: string): FakeWorld {
  const world = new FakeWorld(
    { kind: 'libvirt', product: 'libvirt', version: '11.3.0', node: name, address: name },
    systemClock,
  )
  world.addStorage({
    nativeId: 's',
    name: 'images',
    node: name,
    type: 'dir',
    path: '/s',
    active: true,
    capacityBytes: 1000 * GIB,
    otherBytes: 0,
    style: 'external',
    reach: 'any',
    tellsVolumeBytes: true,
    strays: [],
  })
  const disk = { target: 'vda', storage: 's', format: 'qcow2', virtualBytes: 20 * GIB, usedBytes: 4 * GIB }
  world.addGuest({ name: `${name}-web`, disks: [disk], power: 'stopped' })
  return world
}

async function addConnection(name: string): Promise<ConnectionId> {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name,
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: `test://${name}`, cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  worlds.set(added.value, aWorld(name))
  return added.value
}

const openWorld = async (connectionId: ConnectionId): Promise<Outcome<Hypervisor>> => {
  const world = worlds.get(connectionId)
  if (world === undefined) return refused({ code: 'missing', what: 'connection', name: connectionId })
  return ok(openFakeHypervisor(world))
}

function start(input: Partial<WorkerInput> = {}): RunningWorker {
  const worker = startWorker({ store, log, open: openWorld, ...input })
  workers.push(worker)
  return worker
}

/** Looks until it is so, at most a minute: what is awaited is another process's doing. */
async function until<T>(look: () => Promise<T | null | undefined | false>): Promise<T> {
  const deadline = performance.now() + 60_000
  for (;;) {
    const found = await look()
    if (found !== null && found !== undefined && found !== false) return found
    if (performance.now() > deadline) throw new Error(`did not happen; log: ${JSON.stringify(lines.slice(-20))}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const now = () => instantAt(Date.now())
const health = async (id: ConnectionId) => (await connectionDetail(store, id, now()))?.health
const untilState = (id: ConnectionId, state: string) => until(async () => (await health(id))?.state === state)
const guests = async () =>
  (await guestWindow(store, { filter: [], sort: 'name', dir: 'asc', offset: 0, limit: 100, now: now() })).rows
const collect = (connectionId: ConnectionId, asking: Store = store) =>
  askWorker(asking, { connectionId, kind: 'collect', input: { scope: { whole: true }, requestedBy: 'test' } }, 60_000)

describe('a worker', () => {
  test('reads a connection as soon as it is added, and forgets it when it is removed', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    expect(await guests()).toMatchObject([{ name: 'kvm-1-web', stale: false }])
    expect(await latestHeartbeat(store)).not.toBeNull()
    await withTransaction(store, (tx) => deleteConnection(tx, id))
    const other = await addConnection('kvm-2')
    await untilState(other, 'fresh')
    expect((await guests()).map((guest) => guest.name)).toEqual(['kvm-2-web'])
  })

  test('answers a request with a reading that began after it', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    worlds.get(id)?.addGuest({ name: 'new' })
    const answer = await collect(id)
    expect(answer).toMatchObject({ ok: true, value: { unread: [] } })
    expect((await guests()).map((guest) => guest.name)).toEqual(['kvm-1-web', 'new'])
  })

  test('reads a guest again when the hypervisor hints at it', async () => {
    const asked: Scope[] = []
    start({
      open: async (connection) => {
        const opened = await openWorld(connection)
        if (!opened.ok) return opened
        const { collect: read } = opened.value
        const counted: Hypervisor = Object.create(opened.value, {
          collect: {
            value: (...how: Parameters<Hypervisor['collect']>) => {
              asked.push(how[0])
              return read.apply(opened.value, how)
            },
          },
        })
        return ok(counted)
      },
    })
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    const world = worlds.get(id)
    const [guest] = await guests()
    const nativeId = guest?.nativeId ?? ''
    world?.setPower(nativeId, 'running')
    await until(async () => (await guests())[0]?.power === 'running')
    // It alone, whether or not everything was due anyway.
    await until(async () => asked.some((scope) => !scope.whole && scope.guests.includes(nativeId)))
  })

  test('answers a test and a configuration of then; a refusal comes with its reason', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    const [guest] = await guests()
    worlds.get(id)?.take(guest?.nativeId ?? '', { name: 'before' })
    await collect(id)
    expect(await askWorker(store, { connectionId: id, kind: 'test' }, 60_000)).toMatchObject({
      ok: true,
      value: { product: 'libvirt', version: '11.3.0', guests: 1 },
    })
    const [snapshot] = await guestSnapshots(store, (await guests())[0]?.id ?? ('' as never))
    const ask = (snapshotId: SnapshotId) =>
      askWorker(store, { connectionId: id, kind: 'configuration-at', input: { snapshotId } }, 60_000)
    expect(await ask(snapshot?.id ?? ('' as never))).toMatchObject({ ok: true })
    expect(await ask('gone' as never)).toMatchObject({ ok: false, why: { code: 'missing' } })
    const world = worlds.get(id)
    if (world !== undefined) world.faults.refuse = { code: 'unreachable', address: 'kvm-1', cause: 'refused' }
    expect(await askWorker(store, { connectionId: id, kind: 'test' }, 60_000)).toMatchObject({
      ok: false,
      why: { code: 'unreachable' },
    })
  })

  test('a clock that is set back stops no reading', async () => {
    let skew = 0
    start({ now: () => instantAt(Date.now() + skew) })
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    skew = -3_600_000
    await until(async () => Date.parse((await health(id))?.nextAttemptAt ?? '') < Date.now() - 1_800_000)
  })

  test('a question to a silent host keeps no other host from answering its own', async () => {
    start()
    const [silent, other] = [await addConnection('kvm-silent'), await addConnection('kvm-1')]
    for (const id of [silent, other]) await untilState(id, 'fresh')
    const world = worlds.get(silent)
    if (world !== undefined) world.faults.hangs = true
    let answered = false
    const asking = askWorker(store, { connectionId: silent, kind: 'test' }, 60_000).then((answer) => {
      answered = true
      return answer
    })
    await until(async () => {
      const [row] = await store.query<{ begun: boolean }>(
        'SELECT started_at IS NOT NULL AS begun FROM questions WHERE connection_id = $1',
        [silent],
      )
      return row?.begun
    })
    expect(await askWorker(store, { connectionId: other, kind: 'test' }, 60_000)).toMatchObject({ ok: true })
    expect(answered).toBe(false)
    // Whoever still waits is told when the worker ends.
    await workers[0]?.stop()
    expect(await asking).toMatchObject({ ok: false, why: { code: 'interrupted' } })
  })

  test('a lost host turns stale and fresh again, with growing rests between', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    const world = worlds.get(id)
    if (world === undefined) throw new Error('no world')
    world.faults.refuse = { code: 'unreachable', address: 'kvm-1', cause: 'timeout' }
    await collect(id)
    const first = await health(id)
    expect(first).toMatchObject({ state: 'failing', lastError: { code: 'unreachable' } })
    await collect(id)
    const failing = await health(id)
    // The worker tries by itself as well, so that a slow test sees more of them.
    const failures = failing?.failures ?? 0
    expect(failures).toBeGreaterThan(first?.failures ?? 0)
    const rest = Date.parse(failing?.nextAttemptAt ?? '') - Date.parse(failing?.lastAttemptAt ?? '')
    expect(rest).toBeLessThanOrEqual(attemptInterval(failures))
    expect(rest).toBeGreaterThan(attemptInterval(failures - 1) - COLLECT_INTERVAL / 2)
    expect(await guests()).toMatchObject([{ name: 'kvm-1-web', stale: true }])
    world.faults.refuse = null
    await collect(id)
    expect(await health(id)).toMatchObject({ state: 'fresh', failures: 0, lastError: null })
  })

  test('a cluster that refuses every change is told with its rows, and its further servers are kept once', async () => {
    let changesRefused: Reason | null = null
    const kept: (readonly string[])[] = []
    start({
      open: async (id) => {
        const opened = await openWorld(id)
        if (!opened.ok) return opened
        const { collect: read } = opened.value
        const standing = { changesRefused: () => changesRefused, servers: ['https://192.0.2.2:8006'] }
        const cluster: Hypervisor = Object.create(opened.value, {
          collect: {
            value: async (...asked: Parameters<Hypervisor['collect']>) => ({
              ...(await read.apply(opened.value, asked)),
              changesRefused: standing.changesRefused(),
              servers: standing.servers,
            }),
          },
        })
        return ok(cluster)
      },
      keepServers: async (_id, servers) => void kept.push(servers),
    })
    const id = await addConnection('pve')
    await untilState(id, 'fresh')
    expect(await health(id)).toMatchObject({ changesRefused: null })
    const [{ seq } = { seq: 0 }] = await store.query<{ seq: number }>('SELECT max(seq) AS seq FROM changes')
    changesRefused = { code: 'no-quorum' }
    await collect(id)
    expect(await health(id)).toMatchObject({ state: 'fresh', lastError: null, changesRefused: { code: 'no-quorum' } })
    expect(await guests()).toMatchObject([{ name: 'pve-web', stale: false, changesRefused: { code: 'no-quorum' } }])
    expect((await attention(store, now())).items).toMatchObject([
      { severity: 'critical', because: { what: 'changes-refused', connectionId: id, guests: 1 } },
    ])
    const told = await store.query<{ topic: string }>('SELECT DISTINCT topic FROM changes WHERE seq > $1', [seq])
    expect(told.map(({ topic }) => topic)).toEqual(expect.arrayContaining(['guests', 'guest', 'connection']))
    changesRefused = null
    await collect(id)
    expect(await health(id)).toMatchObject({ changesRefused: null })
    expect(kept).toEqual([['https://192.0.2.2:8006']])
  })

  test('a hung host is given up in time and holds up nobody', async () => {
    start({ limits: { silence: 2_000, whole: 4_000, grace: 1_000 } })
    const hung = await addConnection('kvm-hung')
    const world = worlds.get(hung)
    if (world !== undefined) world.faults.hangs = true
    const others = await Promise.all(Array.from({ length: 20 }, (_, index) => addConnection(`kvm-${index}`)))
    for (const id of others) await untilState(id, 'fresh')
    await untilState(hung, 'failing')
    expect((await health(hung))?.lastError).toMatchObject({ code: 'hung' })
  })

  test('an adapter that throws is our bug: logged, and whoever waits is told', async () => {
    start({
      open: async (id) => {
        const opened = await openWorld(id)
        if (!opened.ok) return opened
        const broken: Hypervisor = Object.create(opened.value, {
          collect: { value: () => Promise.reject(new Error('bug in the adapter')) },
        })
        return ok(broken)
      },
    })
    const id = await addConnection('kvm-1')
    expect(await collect(id)).toMatchObject({ ok: false, why: { code: 'interrupted' } })
    expect(lines.find((line) => line.message.startsWith('an adapter threw'))?.facts).toMatchObject({
      fault: { text: 'bug in the adapter' },
    })
  })

  test('another address is read at once with a new adapter', async () => {
    const opened: ConnectionId[] = []
    start({
      open: (id) => {
        opened.push(id)
        return openWorld(id)
      },
    })
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    worlds.set(id, aWorld('moved'))
    await withTransaction(store, (tx) =>
      updateConnection(tx, id, { address: { kind: 'libvirt', uri: 'test://moved', cleartextAccepted: false } }),
    )
    await until(async () => (await guests()).some((guest) => guest.name === 'moved-web'))
    expect(opened).toEqual([id, id])
  })
})

describe('collecting once', () => {
  const once = (connectionId: ConnectionId) =>
    collectOnce({ store, open: openWorld, connectionId, requestedBy: 'local:root' })

  test('reads under a lease of its own, and leaves it', async () => {
    const id = await addConnection('kvm-1')
    expect(await once(id)).toMatchObject({ ok: true, value: { unread: [] } })
    expect(await guests()).toHaveLength(1)
    expect(await once(id)).toMatchObject({ ok: true })
    const world = worlds.get(id)
    if (world !== undefined) world.faults.refuse = { code: 'unreachable', address: 'kvm-1', cause: 'refused' }
    expect(await once(id)).toMatchObject({
      ok: true,
      value: { unread: [{ section: 'guests', reason: { code: 'unreachable' } }, { section: 'storages' }] },
    })
    expect(await once('gone' as ConnectionId)).toMatchObject({ ok: false, why: { code: 'missing' } })
  })

  test('leaves a connection to the worker that owns it', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    expect(await once(id)).toMatchObject({ ok: false, why: { code: 'not-owner' } })
  })
})

describe('several workers', () => {
  test('share connections without overlap; what one leaves the other takes over at once', async () => {
    const ids = await Promise.all(Array.from({ length: 6 }, (_, index) => addConnection(`kvm-${index}`)))
    const first = start()
    for (const id of ids) await untilState(id, 'fresh')
    const second = start()
    const owners = async () => {
      const leases = await Promise.all(ids.map((id) => currentLease(store, id)))
      return leases.map((lease) => lease?.workerId ?? null)
    }
    await until(async () => {
      const all = await owners()
      return (
        all.filter((owner) => owner === first.id).length === 3 &&
        all.filter((owner) => owner === second.id).length === 3
      )
    })
    await first.stop()
    await until(async () => (await owners()).every((owner) => owner === second.id))
  })
})

describe('the database', () => {
  test('cut connections are made again and requests of the meantime are answered', async () => {
    start()
    const id = await addConnection('kvm-1')
    await untilState(id, 'fresh')
    await store.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
    // Whoever asks now has a connection of its own: one of the pool may have been cut without knowing it yet.
    const asking = openStore(database.url)
    expect(await collect(id, asking)).toMatchObject({ ok: true })
    await asking.close()
    await until(async () => lines.some((line) => line.message.startsWith('not listening')))
  })
})
