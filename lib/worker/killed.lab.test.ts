/**
 * The real product on a real libvirtd: a merge under way, and the worker, the web, the database or libvirtd killed in the
 * moment after it was asked for. (libvirtd dies at every kind of command in lib/hypervisors/libvirt/commands/crash.lab.test.ts.)
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { LabGuest } from '@/e2e/labs/libvirt/guest'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import { describeWithLab } from '@/e2e/labs/libvirt/lab-test'
import { asId, type OperationId } from '@/lib/domain/ids'
import type { Operation } from '@/lib/domain/operation'
import { type SocketProxy, startProxy } from '@/lib/hypervisors/libvirt/testing/proxy'
import { openStore, type Store } from '@/lib/store/client'
import { findOperation } from '@/lib/store/operations'
import { ALL_PARTS, ensureBuilt } from '../../scripts/lib/build.mjs'
import { BUNDLES } from '../../scripts/lib/build-bundle.mjs'
import { root } from '../../scripts/lib/root.mjs'
import { childPids, cleanUp, startProduct, temporaryData, until } from '../../scripts/testing/start-product'

/** A bound against hanging: a worker's connections are another's after some seconds. */
const BACK = 120_000
/** Alone, this may have to build everything first. */
const BUILT = 1_200_000
/** The call that begins a merge (virDomainBlockCommit): program, version, procedure. */
const MERGE = Buffer.from('200080860000000100000122', 'hex')

describeWithLab('a merge on a real libvirtd', () => {
  let lab: LibvirtLab
  let proxy: SocketProxy
  let store: Store
  let product: Awaited<ReturnType<typeof startProduct>>
  let data: string

  beforeAll(async () => {
    const started = await startLibvirtLab()
    if (!started.ok) throw new Error(started.why)
    lab = started.lab
    proxy = await startProxy('tcp', lab.socket)
    await ensureBuilt({ parts: ALL_PARTS, say: () => undefined })
    data = temporaryData()
    product = await startProduct(data)
    store = openStore(product.runtime().databaseUrl)
    const file = join(data, 'lab.yaml')
    const lines = ['name: lab', 'kind: libvirt', 'mode: operate', `uri: qemu+tcp://127.0.0.1:${proxy.port}/system`]
    writeFileSync(file, `${lines.join('\n')}\n`)
    await command('connection', 'add', '--file', file)
  }, BUILT)
  afterAll(async () => {
    await store.close()
    await cleanUp()
    await proxy.close()
    await lab.close()
  }, 120_000)

  const execute = promisify(execFile)
  async function command(...args: string[]): Promise<string> {
    const program = join(root, BUNDLES.cli.output)
    return (await execute(process.execPath, [program, ...args, '--data', data], { cwd: root })).stdout
  }

  /** A running guest with an overlay that nobody's snapshot explains. */
  async function aGuest(name: string): Promise<LabGuest> {
    const guest = await lab.defineGuest({ name, disks: [{ format: 'qcow2', sizeMiB: 64 }], running: true })
    const overlay = lab.imagePath(`${name}.layer.qcow2`)
    const flags = ['--disk-only', '--no-metadata', '--diskspec', `vda,file=${overlay}`]
    await lab.expectVirsh('snapshot-create-as', guest.uuid, 'layer', ...flags)
    await command('collect', 'lab')
    return guest
  }

  async function beginMerge(guest: LabGuest): Promise<OperationId> {
    const plan = JSON.parse(await command('plan', 'merge', guest.name, '--disk', 'vda', '--json'))
    const typed = plan.consent === 'type-name' ? ['--typed-name', plan.consentText] : []
    const operation = JSON.parse(await command('apply', plan.id, '--digest', plan.digest, ...typed, '--json'))
    return asId<OperationId>(operation.id)
  }

  async function endOf(id: OperationId): Promise<Operation> {
    const ended: Operation[] = []
    await until(async () => {
      // libvirt 9.0 that was killed in a merge dies by itself once in a while, when it is asked for what it half remembers.
      if (!lab.daemon.running()) await lab.daemon.restart()
      const operation = await findOperation(store, id)
      if (operation !== null && operation.finishedAt !== null) ended.push(operation)
      return ended.length > 0
    }, BACK)
    return ended[0] as Operation
  }

  const killOurs = (victim: string) => async () => {
    const pid = Object.entries(childPids(product.runtime())).find(([name]) => name.includes(victim))?.[1]
    if (pid === undefined) throw new Error(`no ${victim}`)
    process.kill(pid, 'SIGKILL')
  }
  const kill = {
    worker: killOurs('worker'),
    web: killOurs('web'),
    database: killOurs('database'),
    libvirtd: async () => {
      await lab.daemon.kill9()
      await lab.daemon.restart()
    },
  }

  /** Until web, worker and database stand again; a database that came back may be at another address. */
  async function standing(): Promise<void> {
    await until(async () => {
      const answer = await fetch(`http://127.0.0.1:${product.port}/api/health`).catch((error: unknown) => {
        if (error instanceof TypeError) return null // nobody listens yet
        throw error
      })
      return answer?.ok ?? false
    }, BACK)
    await store.close()
    store = openStore(product.runtime().databaseUrl)
  }

  it.each(['worker', 'web', 'database', 'libvirtd'] as const)(
    'ends as it should, or says that it needs a person, when the %s is killed',
    async (victim) => {
      const guest = await aGuest(`merge-${victim}`)
      const killed = new Promise<void>((resolve, reject) => {
        proxy.muteAfter(MERGE, () => kill[victim]().then(resolve, reject))
      })
      const id = await beginMerge(guest)
      await killed
      await standing()
      const operation = await endOf(id)
      const about = JSON.stringify({ why: operation.why, steps: operation.steps.map(({ state }) => state) })
      const merged = !(await lab.expectVirsh('domblklist', guest.uuid)).includes('.layer.')
      const job = await lab.expectVirsh('blockjob', guest.uuid, 'vda', '--info')
      if (operation.state === 'succeeded') {
        expect(merged, about).toBe(true)
        expect(job, about).toMatch(/No current block job/)
      } else {
        // What could not be proven is told with its evidence, and never as a failure that did nothing.
        expect(operation.state, about).toBe('needs-attention')
        expect(operation.attention?.evidence, about).toMatchObject({ power: 'running' })
        expect(operation.attention?.moves.map(({ move }) => move)).toContain('look-again')
      }
      // Asked again only after the hypervisor proved that it had not taken the first.
      const [asked] = await store.query<{ times: number }>(
        `SELECT max(asked_times) AS times FROM operation_steps WHERE operation_id = $1`,
        [id],
      )
      expect(asked?.times ?? 0, about).toBeLessThanOrEqual(victim === 'libvirtd' ? 2 : 1)
      await lab.expectVirsh('destroy', guest.uuid)
    },
    3 * BACK,
  )
})
