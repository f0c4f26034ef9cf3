/** A real libvirt whose pool is a real file system that runs full, and the whole worker on it. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type LibvirtLab, startLibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { Alert } from '@/lib/domain/alert'
import type { Notice } from '@/lib/domain/channel'
import { type AlertRuleId, asId, type ConnectionId, type OperationId } from '@/lib/domain/ids'
import type { Operation } from '@/lib/domain/operation'
import { ok } from '@/lib/domain/result'
import { MINUTE } from '@/lib/domain/units'
import { openLibvirtHypervisor } from '@/lib/hypervisors/libvirt/adapter'
import { findRule, updateRule } from '@/lib/store/alert-rules'
import { openAlerts } from '@/lib/store/alerts'
import { openStore, type Store } from '@/lib/store/client'
import { insertConnection } from '@/lib/store/connections'
import { findOperation } from '@/lib/store/operations'
import { askWorker } from '@/lib/store/questions'
import { withTransaction } from '@/lib/store/tx'
import { migrate } from '../../../scripts/lib/migrate.mjs'
import { startPostgres } from '../../../scripts/lib/postgres.mjs'
import { startWorker } from '../worker'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

export type FullStorageWorld = {
  lab: LibvirtLab
  /** where the pool `images` is, inside */
  pool: string
  store: Store
  connectionId: ConnectionId
  /** what every channel was sent */
  notices: Notice[]
  /** A program that asks as an administrator would. */
  ctx(): { store: Store; actor: typeof LIN; now: string; address: null; sessionId: null }
  /** Reads the host anew and waits for it. */
  collect(): Promise<void>
  /** Somebody copies a file there: of what a user may write, `left` of it is left. */
  fill(left: number): Promise<void>
  emergency(): Promise<Alert | undefined>
  endOf(id: OperationId): Promise<Operation>
  close(): Promise<void>
}

const LIN = { kind: 'local', osUser: 'lin', role: 'admin' } as const

/** `prepare` gets the laboratory before anything reads it: guests and what they have written. */
export async function openFullStorageWorld(
  sizeMiB: number,
  prepare: (lab: LibvirtLab, pool: string) => Promise<void>,
): Promise<FullStorageWorld> {
  const started = await startLibvirtLab()
  if (!started.ok) throw new Error(started.why)
  const { lab } = started
  const undo: (() => Promise<void>)[] = [lab.close]
  const close = async () => {
    for (const step of undo.splice(0).reverse()) await step()
  }
  try {
    const pool = await lab.addLoopPool('images', sizeMiB)
    await prepare(lab, pool)
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-full-lab-')))
    undo.push(async () => rmSync(directory, { recursive: true, force: true }))
    const passwordFile = join(directory, 'password')
    const where = { directory: join(directory, 'postgres'), passwordFile, durable: false }
    const server = await startPostgres({ ...where, log: () => undefined })
    undo.push(() => server.stop())
    await migrate({ url: server.url })
    const store = openStore(server.url)
    undo.push(() => store.close())
    const connectionId = await addHost(store)
    const notices: Notice[] = []
    const worker = startWorker({
      store,
      log: quiet,
      open: async () => ok(openHost(lab)),
      alerting: {
        publicUrl: 'https://snap.example',
        timeZone: 'UTC',
        openSecret: async () => ok({}),
        send: async (_, notice) => {
          notices.push(notice)
          return ok({ status: 200, answer: 'ok' })
        },
      },
    })
    undo.push(() => worker.stop())
    await endAlertsAtOnce(store)
    return worldOf({ lab, pool, store, connectionId, notices, close })
  } catch (error) {
    await close()
    throw error
  }
}

function worldOf(
  parts: Pick<FullStorageWorld, 'lab' | 'pool' | 'store' | 'connectionId' | 'notices' | 'close'>,
): FullStorageWorld {
  const { lab, pool, store, connectionId } = parts
  return {
    ...parts,
    ctx: () => ({ store, actor: LIN, now: new Date().toISOString(), address: null, sessionId: null }),
    collect: async () => {
      const input = { scope: { whole: true }, requestedBy: 'test' } as const
      const read = await askWorker(store, { connectionId, kind: 'collect', input }, MINUTE)
      if (!read.ok) throw new Error(JSON.stringify(read.why))
    },
    fill: async (left) => {
      const { bsize, blocks, bfree, bavail } = await statfs(fromOutside(lab, pool))
      const kept = Math.round(left * (blocks - bfree + bavail) * bsize)
      const file = join(pool, 'copied.img')
      const done = await lab.runInside('fallocate', ['-l', String(bavail * bsize - kept), file])
      if (done.code !== 0) throw new Error(done.stderr)
    },
    emergency: async () =>
      (await openAlerts(store)).find(({ kind, severity }) => kind === 'storage-used' && severity === 'emergency'),
    endOf: (id) =>
      until(async () => {
        const operation = await findOperation(store, id)
        return operation !== null && !['queued', 'running'].includes(operation.state) ? operation : null
      }, 2 * MINUTE),
  }
}

/** The laboratory's mounts are its own: its file systems are looked at as from inside. */
const fromOutside = (lab: LibvirtLab, path: string): string => `/proc/${lab.info.initPid}/root${path}`

const openHost = (lab: LibvirtLab) =>
  openLibvirtHypervisor(
    { uri: 'qemu:///system', cleartextAccepted: false, mode: 'operate' },
    {},
    { socketPath: lab.socket, askFileSystem: (path) => statfs(fromOutside(lab, path)) },
  )

async function addHost(store: Store): Promise<ConnectionId> {
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
  return added.value
}

/** What a person would wait ten minutes for: that a storage stays below the line. */
async function endAlertsAtOnce(store: Store): Promise<void> {
  const rule = await until(() => findRule(store, asId<AlertRuleId>('shipped-storage-used')))
  const changed = await withTransaction(store, (tx) =>
    updateRule(tx, rule.id, { ...rule, clearHoldMillis: 0 }, 'user:lin', new Date().toISOString()),
  )
  if (!changed.ok) throw new Error(changed.why.code)
}

/** Waits for what somebody else does; throws after `limit` with what there was last. */
export async function until<T>(what: () => Promise<T | null | undefined | false>, limit = MINUTE): Promise<T> {
  const began = performance.now()
  for (;;) {
    const found = await what()
    if (found) return found
    if (performance.now() - began > limit) throw new Error(`not within ${limit} ms`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
