import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { asId, type ChannelId, type ConnectionId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { GIB, type Instant, instantAt, SECOND } from '@/lib/domain/units'
import { openFakeHypervisor } from '@/lib/hypervisors/fake/adapter'
import { systemClock } from '@/lib/hypervisors/fake/clock'
import { FakeWorld } from '@/lib/hypervisors/fake/world'
import { openAlerts } from '@/lib/store/alerts'
import { saveChannel } from '@/lib/store/channels'
import { openStore, type Store, type StoreClient } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { guestWindow } from '@/lib/store/inventory-guests'
import { claimLease } from '@/lib/store/leases'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { aCollection, aStorage } from '@/lib/testing/builders'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { type RunningPostgres, startPostgres } from '../../scripts/lib/postgres.mjs'
import { emptyMemory } from './alert-memory'
import type { Log } from './log'
import { storeCollection } from './store-collection'
import { evaluateAlerts } from './tasks/evaluate-alerts'
import { deliverAll } from './testing/deliver-all'
import { startWorker } from './worker'

/** A server of this test's own, because it is killed. */
let directory: string
let server: RunningPostgres
let store: Store
const messages: string[] = []
const log: Log = {
  info: (_, message) => messages.push(message),
  warn: (_, message) => messages.push(message),
  error: (_, message) => messages.push(message),
}

const startServer = (port?: number) =>
  startPostgres({
    directory: join(directory, 'postgres'),
    passwordFile: join(directory, 'password'),
    durable: true,
    log: () => undefined,
    ...(port === undefined ? {} : { port }),
  })

async function killServer(): Promise<void> {
  process.kill(server.pid, 'SIGKILL')
  await server.exited
}

beforeAll(async () => {
  directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-worker-')))
  server = await startServer()
  await migrate({ url: server.url })
  store = openStore(server.url)
})
afterAll(async () => {
  await store.close()
  await server.stop()
  rmSync(directory, { recursive: true, force: true })
})

test('a database killed under the worker loses nothing: it comes back, and reading goes on', async () => {
  const world = new FakeWorld(
    { kind: 'libvirt', product: 'libvirt', version: '1', node: 'n', address: 'n' },
    systemClock,
  )
  world.addGuest({ name: 'web' })
  const worker = startWorker({ store, log, open: async () => ok(openFakeHypervisor(world)) })
  const connectionId = await aHost('kvm-1')
  expect(await collect(connectionId)).toMatchObject({ ok: true })

  await killServer()
  world.addGuest({ name: 'new' })
  server = await startServer(server.port)

  expect(await collect(connectionId)).toMatchObject({ ok: true })
  const { rows } = await guestWindow(store, {
    filter: [],
    sort: 'name',
    dir: 'asc',
    offset: 0,
    limit: 10,
    now: instantAt(Date.now()),
  })
  expect(rows.map(({ name, stale }) => ({ name, stale }))).toEqual([
    { name: 'new', stale: false },
    { name: 'web', stale: false },
  ])
  expect(messages.some((message) => message.startsWith('not listening'))).toBe(true)
  await worker.stop()
})

const collect = (connectionId: ConnectionId) =>
  askWorker(store, { connectionId, kind: 'collect', input: { scope: { whole: true }, requestedBy: 'test' } }, 60_000)

/** The store, on which the server dies at the first statement that matches: before it, or when it is done. */
function dyingAt(matches: RegExp, when: 'before' | 'after'): Store {
  let isOver = false
  const pool: Store['pool'] = Object.create(store.pool)
  pool.connect = (async () => {
    const client = await store.pool.connect()
    const query = client.query.bind(client) as (sql: string, parameters?: unknown[]) => Promise<unknown>
    const dying = async (sql: string, parameters?: unknown[]): Promise<unknown> => {
      if (isOver || !matches.test(sql)) return query(sql, parameters)
      isOver = true
      const answer = when === 'after' ? await query(sql, parameters) : null
      await killServer()
      // Done or not, the answer never arrives.
      return answer === null ? query(sql, parameters) : Promise.reject(new Error('the answer was lost'))
    }
    client.query = dying as unknown as StoreClient['query']
    return client
  }) as Store['pool']['connect']
  return { ...store, pool }
}

test('a database restarted in the middle of an evaluation: nothing is lost, and nothing told twice', async () => {
  const connectionId = await aHost('kvm-2')
  await aChannel()
  const told: string[] = []
  const memory = emptyMemory()
  let now = instantAt(Date.now())
  const options = () => ({ now, publicUrl: 'https://snap.example', timeZone: 'UTC' })
  const deliver = () =>
    deliverAll({
      store,
      log,
      now: () => now,
      openSecret: async () => ok({}),
      send: async (_, notice) => {
        told.push(notice.title)
        return ok({ status: 200, answer: 'ok' })
      },
    })
  const moments: [matches: RegExp, when: 'before' | 'after'][] = [
    [/^WITH r AS MATERIALIZED/, 'before'],
    [/^WITH r AS MATERIALIZED/, 'after'],
    [/INSERT INTO deliveries/, 'after'],
    [/^COMMIT$/, 'before'],
    [/^COMMIT$/, 'after'],
  ]
  for (const [round, [matches, when]] of moments.entries()) {
    now = instantAt(Date.parse(now) + 15 * SECOND)
    const full = Array.from({ length: round + 1 }, (_, index) => `pool-${index}`)
    await readHost(connectionId, full, now)
    await expect(evaluateAlerts(dyingAt(matches, when), options(), memory)).rejects.toThrow()
    server = await startServer(server.port)
    await evaluateAlerts(store, options(), memory)
    await deliver()
    now = instantAt(Date.parse(now) + 15 * SECOND)
    await evaluateAlerts(store, options(), memory)
    await deliver()
    const open = (await openAlerts(store)).filter(({ kind }) => kind === 'storage-used')
    expect(open.map(({ subjectName }) => subjectName).sort()).toEqual(full)
    expect(told.map((title) => title.split(' ')[0])).toEqual(full)
  }
}, 240_000)

async function readHost(connectionId: ConnectionId, full: readonly string[], now: Instant): Promise<void> {
  await store.query('DELETE FROM connection_leases WHERE connection_id = $1', [connectionId])
  const lease = await claimLease(store, connectionId, 'worker-1')
  if (!lease.ok) throw new Error(lease.why.code)
  const storages = full.map((name) => aStorage(name).sized(100 * GIB, 97 * GIB))
  const stored = await storeCollection(store, {
    lease: lease.value,
    collection: aCollection()
      .at(now)
      .withStorages(...storages)
      .build(),
    thorough: true,
    requests: [],
    nextAttemptAt: () => now,
  })
  if (!stored.ok) throw new Error(stored.why.code)
}

async function aHost(name: string): Promise<ConnectionId> {
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name,
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'test:///default', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  return added.value
}

async function aChannel(): Promise<void> {
  const route = { leastSeverity: 'emergency' as const, connectionIds: [], tags: [], environments: [] }
  const saved = await withTransaction(store, (tx) =>
    saveChannel(
      tx,
      {
        id: asId<ChannelId>('channel'),
        name: 'ops',
        settings: { kind: 'webhook', url: 'http://receiver' },
        route,
        language: 'en',
        enabled: true,
        quietHours: null,
        repeatMillis: null,
        escalateAfterMillis: null,
        groupMillis: 0,
        anyAddress: false,
      },
      'test',
      instantAt(Date.now()),
    ),
  )
  if (!saved.ok) throw new Error(saved.why.code)
}
