import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { ConnectionId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { openFakeHypervisor } from '@/lib/hypervisors/fake/adapter'
import { systemClock } from '@/lib/hypervisors/fake/clock'
import { FakeWorld } from '@/lib/hypervisors/fake/world'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { guestWindow } from '@/lib/store/inventory-guests'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { type RunningPostgres, startPostgres } from '../../scripts/lib/postgres.mjs'
import type { Log } from './log'
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
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'kvm-1',
      kind: 'libvirt',
      mode: 'observe',
      address: { kind: 'libvirt', uri: 'test:///default', cleartextAccepted: false },
      demo: false,
      createdBy: 'test',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  expect(await collect(added.value)).toMatchObject({ ok: true })

  process.kill(server.pid, 'SIGKILL')
  await server.exited
  world.addGuest({ name: 'new' })
  server = await startServer(server.port)

  expect(await collect(added.value)).toMatchObject({ ok: true })
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
