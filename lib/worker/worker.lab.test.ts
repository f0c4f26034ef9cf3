/** The whole worker on a real libvirtd: changes, a killed and a hung daemon, 4,000 real snapshots. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { buildMany } from '@/e2e/labs/libvirt/many'
import type { ConnectionId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { instantAt, MINUTE, SECOND } from '@/lib/domain/units'
import { openLab } from '@/lib/hypervisors/libvirt/testing/reading'
import { openStore, type Store } from '@/lib/store/client'
import { connectionDetail, insertConnection } from '@/lib/store/connections'
import { guestWindow } from '@/lib/store/inventory-guests'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { watchTurns } from '@/lib/testing/turns'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { type RunningPostgres, startPostgres } from '../../scripts/lib/postgres.mjs'
import { type RunningWorker, startWorker } from './worker'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
/** A bound against hanging. That a change is on the page within 15 s is measured on a machine with nothing else to do. */
const PATIENCE = 4 * MINUTE

describeWithLab('a worker on a real libvirtd', () => {
  let lab: LibvirtLab
  let directory: string
  let server: RunningPostgres
  let store: Store
  let worker: RunningWorker
  let connectionId: ConnectionId

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-worker-lab-')))
    server = await startPostgres({
      directory: join(directory, 'postgres'),
      passwordFile: join(directory, 'password'),
      durable: false,
      log: () => undefined,
    })
    await migrate({ url: server.url })
    store = openStore(server.url)
    const added = await withTransaction(store, (tx) =>
      insertConnection(tx, {
        name: 'lab',
        kind: 'libvirt',
        mode: 'observe',
        address: { kind: 'libvirt', uri: 'qemu:///system', cleartextAccepted: false },
        demo: false,
        createdBy: 'test',
      }),
    )
    if (!added.ok) throw new Error(added.why.code)
    connectionId = added.value
    worker = startWorker({
      store,
      log: quiet,
      open: async () => ok(openLab(lab)),
      limits: { silence: 30 * SECOND, whole: 4 * MINUTE, grace: 2 * SECOND },
    })
  })
  afterAll(async () => {
    await worker.stop()
    await store.close()
    await server.stop()
    await lab.close()
    rmSync(directory, { recursive: true, force: true })
  })

  const guests = async () =>
    (
      await guestWindow(store, {
        filter: [],
        sort: 'name',
        dir: 'asc',
        offset: 0,
        limit: 500,
        now: instantAt(Date.now()),
      })
    ).rows
  const health = async () => {
    const row = await connectionDetail(store, connectionId, instantAt(Date.now()))
    if (row === null) throw new Error('no connection')
    return row.health
  }
  const collect = () =>
    askWorker(
      store,
      { connectionId, kind: 'collect', input: { scope: { whole: true }, requestedBy: 'test' } },
      PATIENCE,
    )

  /** Waits until it is so; throws after `limit`. */
  async function until(what: () => Promise<boolean>, limit: number = PATIENCE): Promise<void> {
    const began = performance.now()
    while (!(await what())) {
      if (performance.now() - began > limit)
        throw new Error(`not within ${limit} ms: ${JSON.stringify(await health())}`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  it('shows a new guest and a new snapshot without being asked', async () => {
    await until(async () => (await health()).state === 'fresh')
    const guest = await lab.defineGuest({ name: 'web', disks: [{ format: 'qcow2', sizeMiB: 8 }] })
    await until(async () => (await guests()).some(({ name }) => name === 'web'))
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 'before')
    await until(async () => (await guests()).some(({ snapshotCount }) => snapshotCount === 1))
  })

  it('keeps everything, marked stale, while the daemon is dead, and is fresh after it returns', async () => {
    await lab.daemon.kill9()
    await until(async () => (await health()).state === 'failing')
    expect(await guests()).toMatchObject([{ name: 'web', snapshotCount: 1, stale: true }])
    await lab.daemon.restart()
    await collect()
    expect(await health()).toMatchObject({ state: 'fresh', lastError: null })
    expect(await guests()).toMatchObject([{ name: 'web', stale: false }])
  })

  it('says that a stopped daemon hangs, and reads on when it goes on', async () => {
    await lab.daemon.stop()
    await until(async () => (await health()).state === 'failing')
    expect(['hung', 'unreachable']).toContain((await health()).lastError?.code)
    expect(await guests()).toMatchObject([{ name: 'web', stale: true }])
    await lab.daemon.cont()
    await collect()
    expect(await health()).toMatchObject({ state: 'fresh' })
  })

  it('reads and stores 200 guests with 4,000 snapshots without holding the event loop', async () => {
    await buildMany(lab, { domains: 200, snapshotsEach: 20 })
    let busy = 0
    // A host that shares two processors with everybody else may be silent for longer than is waited for: it is asked again.
    await until(async () => {
      const turns = watchTurns()
      const answer = await collect()
      busy = turns.end().percentile(0.99)
      return answer.ok && answer.value.unread.length === 0
    }, 2 * PATIENCE)
    const rows = await guests()
    expect(rows).toHaveLength(201)
    expect(rows.reduce((sum, row) => sum + (row.snapshotCount ?? 0), 0)).toBe(4_001)
    // The promise is 50 ms of delay on an idle machine; here it is held to the work between two turns.
    expect(busy).toBeLessThan(50)
  })
})
