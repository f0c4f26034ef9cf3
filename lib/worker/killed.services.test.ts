/**
 * The real product, each of its processes killed while it works on a hypervisor of another process: web, worker and
 * database, each while a snapshot is taken, one deleted and one gone back to. What the hypervisor was asked is counted
 * at the hypervisor. (libvirtd is killed in killed.lab.test.ts, and single writes and calls in executor.services.test.ts.)
 */
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeNodeCertificate } from '@/e2e/labs/proxmox/certificate'
import type { Clock } from '@/e2e/labs/proxmox/clock'
import type { Cluster } from '@/e2e/labs/proxmox/cluster'
import { generatedCluster } from '@/e2e/labs/proxmox/generated'
import { seededChance } from '@/e2e/labs/proxmox/random'
import { type ProxmoxLab, startProxmoxLab } from '@/e2e/labs/proxmox/server'
import { openStore } from '@/lib/store/client'
import { ALL_PARTS, ensureBuilt } from '../../scripts/lib/build.mjs'
import { BUNDLES } from '../../scripts/lib/build-bundle.mjs'
import { root } from '../../scripts/lib/root.mjs'
import { childPids, cleanUp, startProduct, temporaryData, until } from '../../scripts/testing/start-product'

/** Bounds against hanging: a process is back within some seconds, on a machine with nothing else to do. */
const BACK = 120_000
/** Alone, this may have to build everything first. */
const BUILT = 1_200_000
/** Tasks of the laboratory, so many times faster than the recorded server's. */
const HASTE = 50

const KINDS = ['take', 'delete', 'rollback'] as const
const TASK_OF = { take: 'qmsnapshot', delete: 'qmdelsnapshot', rollback: 'qmrollback' } as const
type Kind = (typeof KINDS)[number]

/** While it is held no task goes on: whoever is killed then is killed while all of them run. */
class HeldClock implements Clock {
  private readonly waiting: (() => void)[] = []
  private held = false

  now = () => Date.now()
  after(delayMs: number, action: () => void): void {
    if (this.held) this.waiting.push(() => this.after(delayMs, action))
    else setTimeout(action, delayMs / HASTE).unref()
  }
  hold(): void {
    this.held = true
  }
  release(): void {
    this.held = false
    for (const action of this.waiting.splice(0)) action()
  }
}

const clock = new HeldClock()
let lab: ProxmoxLab
let cluster: Cluster
let product: Awaited<ReturnType<typeof startProduct>>
let data: string
let token: string

beforeAll(async () => {
  const size = { nodes: 1, guests: 9, snapshotsEach: 2 }
  cluster = generatedCluster({ clock, chance: seededChance(1), size })
  lab = await startProxmoxLab({
    cluster,
    certificate: makeNodeCertificate('node01', ['127.0.0.1']),
    connections: 'kept',
  })
  await ensureBuilt({ parts: ALL_PARTS, say: () => undefined })
  data = temporaryData()
  product = await startProduct(data)
  const file = join(data, 'lab.yaml')
  const access = 'tokenId: root@pam!lab\ntokenSecret: 00000000-0000-4000-8000-000000000001'
  const lines = ['name: lab', 'kind: proxmox', 'mode: operate', `url: ${lab.url}`, access]
  writeFileSync(file, `${[...lines, `fingerprint: '${lab.fingerprint}'`].join('\n')}\n`)
  await command('connection', 'add', '--file', file)
  token = (await command('token', 'create', '--name', 'killer', '--role', 'operator')).trim()
}, BUILT)
afterAll(async () => {
  clock.release()
  await cleanUp()
  await lab.close()
}, 60_000)

const execute = promisify(execFile)
async function command(...args: string[]): Promise<string> {
  const program = join(root, BUNDLES.cli.output)
  return (await execute(process.execPath, [program, ...args, '--data', data], { cwd: root })).stdout
}

/** Null while the product is not all there. */
async function api<T>(method: string, path: string, body?: unknown): Promise<T | null> {
  try {
    const answer = await fetch(`http://127.0.0.1:${product.port}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (answer.status >= 500) return null
    const read = await answer.json()
    if (!answer.ok) throw new Error(`${method} ${path}: ${JSON.stringify(read)}`)
    return read as T
  } catch (error) {
    // The connection was refused, or cut in the middle of an answer.
    if (error instanceof TypeError || error instanceof SyntaxError) return null
    throw error
  }
}

async function answered<T>(method: string, path: string, body?: unknown): Promise<T> {
  const found: T[] = []
  await until(async () => {
    const answer = await api<T>(method, path, body)
    if (answer !== null) found.push(answer)
    return answer !== null
  }, BACK)
  return found[0] as T
}

type Asked = { kind: Kind; vmid: number; operationId: string }
type OperationRead = {
  state: string
  why: { code: string } | null
  predictedMatches: boolean | null
  steps: { do: string; state: string }[]
}
const readOperation = ({ operationId }: Asked) => answered<OperationRead>('GET', `/operations/${operationId}`)

async function begin(kind: Kind, vmid: number): Promise<Asked> {
  const guests = await answered<{ items: { id: string; nativeId: string }[] }>('GET', '/guests?limit=500')
  const guestId = guests.items.find(({ nativeId }) => nativeId === String(vmid))?.id
  const tree = await answered<{ items: { id: string; name: string }[] }>('GET', `/guests/${guestId}/snapshots`)
  const idOf = (name: string) => tree.items.find((item) => item.name === name)?.id
  const intent = {
    take: { do: 'take', guestId, name: 'killed', memory: false, quiesce: false },
    delete: { do: 'delete', guestId, snapshotIds: [idOf('daily_1')], children: 'keep' },
    rollback: { do: 'rollback', guestId, snapshotId: idOf('daily_2'), safetySnapshot: false },
  }[kind]
  const plan = await answered<{ id: string; kind: string; digest: string; consentText: string; why: unknown }>(
    'POST',
    '/plans',
    { intent },
  )
  expect(plan, JSON.stringify(plan.why)).toMatchObject({ kind: 'plan' })
  const consent = { digest: plan.digest, typedName: plan.consentText }
  const operation = await answered<{ id: string }>('POST', `/plans/${plan.id}/confirm`, consent)
  return { kind, vmid, operationId: operation.id }
}

/** What the hypervisor was asked for, by its own list. */
const tasksOf = ({ kind, vmid }: Asked) =>
  cluster.tasks.all.filter(({ type, id }) => id === String(vmid) && type === TASK_OF[kind])

const isTaken = async (asked: Asked) => {
  const { steps } = await readOperation(asked)
  return steps.some((step) => step.do === `snapshot.${asked.kind}` && step.state === 'following')
}

it.each([
  ['worker', 100],
  ['web', 103],
  ['database', 106],
] as const)(
  'kill -9 of the %s while a snapshot is taken, deleted and gone back to',
  async (victim, first) => {
    await until(async () => {
      const read = await api<{ items: { nativeId: string; snapshotCount: number | null }[] }>(
        'GET',
        '/guests?limit=500',
      )
      return (read?.items.filter(({ snapshotCount }) => snapshotCount === 2).length ?? 0) >= 3
    }, BACK)
    clock.hold()
    const asked: Asked[] = []
    for (const [place, kind] of KINDS.entries()) asked.push(await begin(kind, first + place))
    for (const each of asked) await until(() => isTaken(each), BACK)

    const pid = Object.entries(childPids(product.runtime())).find(([name]) => name.includes(victim))?.[1]
    if (pid === undefined) throw new Error(`no ${victim} among ${Object.keys(childPids(product.runtime()))}`)
    process.kill(pid, 'SIGKILL')
    clock.release()

    for (const each of asked) {
      await until(async () => !['queued', 'running'].includes((await readOperation(each)).state), BACK)
      const operation = await readOperation(each)
      const about = `${each.kind}: ${JSON.stringify(operation.why)}`
      expect(operation.state, about).toBe('succeeded')
      expect(operation.predictedMatches, about).toBe(true)
      // Once, and it worked: nobody asked again for what was under way.
      expect(
        tasksOf(each).map(({ exitstatus }) => exitstatus),
        about,
      ).toEqual(['OK'])
      const guest = cluster.state.guests.get(each.vmid)
      expect(guest?.config.lock, about).toBeUndefined()
      const names = [...(guest?.snapshots.keys() ?? [])].sort()
      const wanted = { take: ['daily_1', 'daily_2', 'killed'], delete: ['daily_2'], rollback: ['daily_1', 'daily_2'] }
      expect(names, about).toEqual(wanted[each.kind])
    }
    const store = openStore(product.runtime().databaseUrl)
    try {
      expect(await store.query('SELECT operation_id FROM storage_slots')).toEqual([])
    } finally {
      await store.close()
    }
  },
  5 * BACK,
)
