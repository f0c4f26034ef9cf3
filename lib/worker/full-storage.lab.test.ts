/** A bad day, all of it real: a file system at 96 % under a running QEMU, the alert, its clean-up, consent, and the end. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { statfs, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import type { Alert } from '@/lib/domain/alert'
import { type AlertRuleId, asId, type ConnectionId, type OperationId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { DAY, MIB, MINUTE, SECOND } from '@/lib/domain/units'
import { openLibvirtHypervisor } from '@/lib/hypervisors/libvirt/adapter'
import { confirmPlan } from '@/lib/services/plan/confirm'
import { preparationOf } from '@/lib/store/alert-preparations'
import { findRule, updateRule } from '@/lib/store/alert-rules'
import { alertEvents, closedAlerts, openAlerts } from '@/lib/store/alerts'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { findOperation } from '@/lib/store/operations'
import { findPlan } from '@/lib/store/plans'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { migrate } from '../../scripts/lib/migrate.mjs'
import { type RunningPostgres, startPostgres } from '../../scripts/lib/postgres.mjs'
import { type RunningWorker, startWorker } from './worker'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
const SIZE_MIB = 400
const WRITTEN_MIB = 96

describeWithLab('a storage at 96 %', () => {
  let lab: LibvirtLab
  let pool: string
  let guest: LabGuest
  let directory: string
  let server: RunningPostgres
  let store: Store
  let worker: RunningWorker
  let connectionId: ConnectionId

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    pool = await lab.addLoopPool('images', SIZE_MIB)
    guest = await lab.defineGuest({
      name: 'web-dev',
      running: true,
      disks: [{ format: 'qcow2', sizeMiB: 256, directory: pool }],
    })
    directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-full-lab-')))
    await forgottenSnapshot()
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
        name: 'kvm-01',
        kind: 'libvirt',
        mode: 'operate',
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
      open: async () => ok(openAdapter()),
      alerting: {
        publicUrl: 'https://snap.example',
        timeZone: 'UTC',
        openSecret: async () => ok({}),
      },
    })
  })
  afterAll(async () => {
    await worker?.stop()
    await store?.close()
    await server?.stop()
    await lab.close()
    rmSync(directory, { recursive: true, force: true })
  })

  /** The laboratory's mounts are its own: its file systems are looked at as from inside. */
  const openAdapter = () =>
    openLibvirtHypervisor(
      { uri: 'qemu:///system', cleartextAccepted: false, mode: 'operate' },
      {},
      { socketPath: lab.socket, askFileSystem: (path) => statfs(`/proc/${lab.info.initPid}/root${path}`) },
    )

  /** Taken nine days ago, two more than development has; since then everything below it was written anew. */
  async function forgottenSnapshot(): Promise<void> {
    const blocks = { target: 'vda', offsetMiB: 0, sizeMiB: WRITTEN_MIB }
    await lab.writeBlocks(guest.uuid, blocks)
    const overlay = `vda,file=${join(pool, 'web-dev.before.qcow2')}`
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 'before', '--disk-only', '--diskspec', overlay)
    await lab.writeBlocks(guest.uuid, { ...blocks, pattern: 0x33 })
    const xml = await lab.expectVirsh('snapshot-dumpxml', guest.uuid, 'before')
    const taken = Math.floor((Date.now() - 9 * DAY) / SECOND)
    const file = join(lab.info.dir, 'before.xml')
    await writeFile(file, xml.replace(/<creationTime>\d+</, `<creationTime>${taken}<`))
    await lab.expectVirsh('snapshot-create', guest.uuid, file, '--redefine', '--current')
  }

  /** Somebody copies a file there: of what a user may write, four of a hundred bytes are left. */
  async function fill(): Promise<void> {
    const { bsize, blocks, bfree, bavail } = await statfs(`/proc/${lab.info.initPid}/root${pool}`)
    const left = Math.round(0.04 * (blocks - bfree + bavail) * bsize)
    const done = await lab.runInside('fallocate', ['-l', String(bavail * bsize - left), join(pool, 'copied.img')])
    if (done.code !== 0) throw new Error(done.stderr)
  }

  const collect = () =>
    askWorker(store, { connectionId, kind: 'collect', input: { scope: { whole: true }, requestedBy: 'test' } }, MINUTE)

  /** Waits for what somebody else does; throws after `limit` with what there was last. */
  async function until<T>(what: () => Promise<T | null | undefined | false>, limit = MINUTE): Promise<T> {
    const began = performance.now()
    for (;;) {
      const found = await what()
      if (found) return found
      if (performance.now() - began > limit) throw new Error(`not within ${limit} ms`)
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }

  const emergency = async (): Promise<Alert | undefined> =>
    (await openAlerts(store)).find(({ kind, severity }) => kind === 'storage-used' && severity === 'emergency')

  it('is an emergency with a clean-up ready, which runs after consent and ends it', { timeout: 900_000 }, async () => {
    // What a person would wait ten minutes for: that it stays below the line.
    const rule = await until(() => findRule(store, asId<AlertRuleId>('shipped-storage-used')))
    const changed = await withTransaction(store, (tx) =>
      updateRule(tx, rule.id, { ...rule, clearHoldMillis: 0 }, 'user:lin', new Date().toISOString()),
    )
    expect(changed.ok).toBe(true)
    expect(await collect()).toMatchObject({ ok: true })
    expect(await emergency()).toBeUndefined()

    await fill()
    expect(await collect()).toMatchObject({ ok: true })
    const alert = await until(emergency)
    expect(alert.subjectName).toContain('images')
    expect(alert.value).toBeCloseTo(0.96, 2)

    const { planId } = await until(() => preparationOf(store, alert.id))
    const planned = (await findPlan(store, planId))?.planned
    if (planned?.kind !== 'plan') throw new Error(`no plan: ${JSON.stringify(planned)}`)
    const { plan } = planned
    expect(plan.intent).toMatchObject({ do: 'delete' })
    // All of the overlay, and the image below grows by nothing: that is what makes it safe at 96 %.
    const [space] = plan.space
    expect(space?.frees.min).toBeGreaterThan(0.8 * WRITTEN_MIB * MIB)
    // Prepared is not done.
    expect((await lab.expectVirsh('snapshot-list', guest.uuid, '--name')).trim()).toBe('before')

    const actor = { kind: 'local', osUser: 'lin', role: 'admin' } as const
    const confirmed = await confirmPlan({
      ctx: { store, actor, now: new Date().toISOString(), address: null, sessionId: null },
      input: { id: plan.id, digest: plan.digest, typedName: plan.consentText },
    })
    if (!confirmed.ok || confirmed.value.result !== 'confirmed') throw new Error(JSON.stringify(confirmed))
    const operationId: OperationId = confirmed.value.operationId
    const ended = await until(async () => {
      const operation = await findOperation(store, operationId)
      return operation !== null && !['queued', 'running'].includes(operation.state) ? operation : null
    }, 2 * MINUTE)
    expect(ended.state, JSON.stringify(ended)).toBe('succeeded')
    expect((await lab.expectVirsh('snapshot-list', guest.uuid, '--name')).trim()).toBe('')

    expect(ended.spaceActual[0]?.freedBytes).toBeGreaterThan(0.8 * WRITTEN_MIB * MIB)

    // The reading that proved it is the one that ends the alert.
    const closed = await until(async () => (await closedAlerts(store, 10, null)).find(({ id }) => id === alert.id))
    expect(closed.resolvedAt).not.toBeNull()
    expect((await openAlerts(store)).filter(({ kind }) => kind === 'storage-used')).toEqual([])
    expect((await alertEvents(store, alert.id)).map(({ event }) => event)).toContain('prepared')
    // The guest ran all the time, and reads what it wrote last.
    expect((await lab.expectVirsh('domstate', guest.uuid)).trim()).toBe('running')
    await lab.expectVirsh('destroy', guest.uuid)
    const read = await lab.runInside('qemu-io', [
      '-r',
      '-c',
      `read -P 0x33 0 ${WRITTEN_MIB}M`,
      guest.disks[0]?.file ?? '',
    ])
    expect(read.stdout).not.toContain('failed')
  })
})
