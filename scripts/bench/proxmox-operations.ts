/** The same 500 deletions on a simulated Proxmox VE with ten storages: over the wire, followed by its tasks. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { makeNodeCertificate } from '../../e2e/labs/proxmox/certificate'
import { realClock } from '../../e2e/labs/proxmox/clock'
import type { Cluster } from '../../e2e/labs/proxmox/cluster'
import { addGuest, makeGuest, recordedServer } from '../../e2e/labs/proxmox/inventory'
import { seededChance } from '../../e2e/labs/proxmox/random'
import { startProxmoxLab } from '../../e2e/labs/proxmox/server'
import { plantSnapshot } from '../../e2e/labs/proxmox/snapshot-create'
import type { ConnectionId } from '../../lib/domain/ids'
import { ok } from '../../lib/domain/result'
import { elapsedMillis, type Instant, type Millis } from '../../lib/domain/units'
import { openProxmoxHypervisor } from '../../lib/hypervisors/proxmox/adapter'
import { openStore, type Store } from '../../lib/store/client'
import { insertConnection } from '../../lib/store/connections'
import { withTransaction } from '../../lib/store/tx'
import { startWorker } from '../../lib/worker/worker'
import { migrate } from '../lib/migrate.mjs'
import { startPostgres } from '../lib/postgres.mjs'
import {
  DELETIONS,
  deleteIntent,
  deleteStep,
  FIRST_CALLS,
  MOST_FIRST_CALL_MS,
  MOST_OVER,
  MOST_SHOWN_MS,
  queue,
  quiet,
  STORAGES,
  shownAfter,
  spreadMillis,
  takeIntent,
  takeStep,
  untilEnded,
  untilRead,
} from './operations'
import type { Bench, Figure } from './report'
import { median, percentile } from './stats'

const LATENCY_MS = 5
const TOKEN = { tokenId: 'root@pam!lab', tokenSecret: '00000000-0000-4000-8000-000000000001' }

export const proxmoxOperationsBench: Bench = {
  name: 'proxmox-operations',
  about: `${DELETIONS} deletions on a simulated Proxmox VE with ${STORAGES} storages`,
  async run({ say }) {
    const cluster = buildCluster()
    const certificate = makeNodeCertificate('pve1', ['127.0.0.1'])
    const lab = await startProxmoxLab({ cluster, certificate, latencyMs: LATENCY_MS, connections: 'kept' })
    const directory = realpathSync(mkdtempSync(join(tmpdir(), 'snapwarden-bench-')))
    const server = await startPostgres({
      directory: join(directory, 'postgres'),
      passwordFile: join(directory, 'password'),
      durable: true,
      settings: {},
      log: () => undefined,
    })
    await migrate({ url: server.url })
    const store = openStore(server.url, { maxConnections: 20 })
    const connectionId = await addConnection(store, lab.url)
    const access = {
      urls: [lab.url],
      ca: null,
      fingerprints: [lab.fingerprint.replaceAll(':', '').toLowerCase()],
      login: { method: 'token', ...TOKEN } as const,
    }
    const open = async () => ok(openProxmoxHypervisor(access, { mode: 'operate' }))
    const worker = startWorker({ store, log: quiet, open })
    try {
      const scene = { store, connectionId, cluster, requests: lab.requests }
      const figures = await deleteAll(scene, say)
      return [await firstCall(scene, say), ...figures]
    } finally {
      await worker.stop()
      await store.close()
      await server.stop()
      await lab.close()
      rmSync(directory, { recursive: true, force: true })
    }
  },
}

/** Machines that are off, each with one snapshot, evenly on the storages. Its tasks take what they are told to. */
function buildCluster(): Cluster {
  const cluster = recordedServer({ clock: realClock(), chance: seededChance(11) })
  const { state } = cluster
  cluster.pace = 0
  state.guests.clear()
  state.volumes.clear()
  const like = state.storages.get('dir1')
  if (like === undefined) throw new Error('the recorded server has no dir1')
  state.storages.clear()
  const at = Math.floor(cluster.clock.now() / 1000) - 86_400
  for (let place = 0; place < STORAGES; place += 1) {
    const id = `dir${place}`
    state.storages.set(id, { ...like, id, options: { ...like.options, path: `/srv/${id}` } })
  }
  for (let place = 0; place < DELETIONS; place += 1) {
    const vmid = 1_000 + place
    const disk = `dir${place % STORAGES}:${vmid}/vm-${vmid}-disk-0.qcow2,size=32G`
    const config = {
      name: `guest-${place}`,
      memory: '512',
      cores: 1,
      scsi0: disk,
      meta: `creation-qemu=10.0.13,ctime=${at}`,
    }
    const guest = makeGuest('qemu', vmid, 'pve1', config)
    addGuest(state, guest, at)
    plantSnapshot(cluster, guest, { name: 'old', snaptime: at, description: '' })
  }
  return cluster
}

async function addConnection(store: Store, url: string): Promise<ConnectionId> {
  const address = {
    kind: 'proxmox',
    urls: [url],
    user: TOKEN.tokenId,
    fingerprints: [],
    authorities: [],
    ca: null,
  } as const
  const added = await withTransaction(store, (tx) =>
    insertConnection(tx, {
      name: 'simulator',
      kind: 'proxmox',
      mode: 'operate',
      address: { ...address, urls: [url], fingerprints: [], authorities: [] },
      demo: false,
      createdBy: 'bench',
    }),
  )
  if (!added.ok) throw new Error(added.why.code)
  return added.value
}

type Scene = { store: Store; connectionId: ConnectionId; cluster: Cluster; requests: () => number }

/** From the commit of a consent to the moment the cluster is asked, on a worker at rest. */
async function firstCall({ store, connectionId, cluster }: Scene, say: (line: string) => void): Promise<Figure> {
  let asked = Number.NaN
  const take = cluster.faults.takeWireFaults
  cluster.faults.takeWireFaults = (method, path) => {
    if (method === 'POST') asked = performance.now()
    return take(method, path)
  }
  const guests = await untilRead(store, connectionId)
  const times: number[] = []
  for (const guest of guests.slice(0, FIRST_CALLS)) {
    const step = takeStep({ connectionId }, guest, 'bench')
    const began = performance.now()
    const state = await untilEnded(
      store,
      await queue({ store, connectionId }, [{ guest, step, intent: takeIntent(guest) }]),
    )
    if (state !== 'succeeded') throw new Error(`a snapshot ended as ${state}`)
    times.push(asked - began)
  }
  cluster.faults.takeWireFaults = take
  say(`first calls: median ${median(times).toFixed(0)} ms`)
  return {
    bench: 'proxmox-operations',
    what: 'from consent to the first call, p95',
    value: percentile(times, 0.95),
    unit: 'ms',
    target: { most: MOST_FIRST_CALL_MS },
    note: `${FIRST_CALLS} operations, with the writing of the consent; median ${median(times).toFixed(0)} ms`,
  }
}

async function deleteAll(
  { store, connectionId, cluster, requests }: Scene,
  say: (line: string) => void,
): Promise<Figure[]> {
  const guests = await untilRead(store, connectionId)
  const { millisOf, critical } = spreadMillis(guests)
  for (const [id, delayMs] of millisOf) cluster.faults.onTask({ delayMs }, { type: 'qmdelsnapshot', id, times: 1 })
  say(`${DELETIONS} deletions; the fullest storage alone needs ${(critical / 1000).toFixed(1)} s`)
  const before = requests()
  const began = performance.now()
  const jobs = guests.map((guest) => ({
    guest,
    step: deleteStep({ connectionId }, guest),
    intent: deleteIntent(guest),
  }))
  const state = await untilEnded(store, await queue({ store, connectionId }, jobs))
  const wall = performance.now() - began
  if (state !== 'succeeded') throw new Error(`the deletions ended as ${state}`)
  const left = [...cluster.state.guests.values()].filter(({ snapshots }) => snapshots.size > 0).length
  const asked = cluster.tasks.all.filter(({ type }) => type === 'qmdelsnapshot').length
  if (left > 0 || asked !== DELETIONS) throw new Error(`${left} snapshots are left after ${asked} tasks`)
  say(await slotPhases(store))
  const shown = await shownAfter({ store })
  const perDeletion = (requests() - before) / DELETIONS
  return [
    {
      bench: 'proxmox-operations',
      what: `${DELETIONS} deletions, wall time ÷ critical path`,
      value: wall / critical,
      unit: 'times',
      target: { most: MOST_OVER },
      note: `${(wall / 1000).toFixed(1)} s for a critical path of ${(critical / 1000).toFixed(1)} s; ${perDeletion.toFixed(1)} requests a deletion`,
    },
    {
      bench: 'proxmox-operations',
      what: 'a finished task is stored and told, p95',
      value: percentile(shown, 0.95),
      unit: 'ms',
      target: { most: MOST_SHOWN_MS },
      note: `${shown.length} deletions, median ${median(shown).toFixed(0)} ms`,
    },
  ]
}

type Moments = { storage: string; began: Instant; asking: Instant; following: Instant; verifying: Instant }

/** Where the time of a place on a storage goes: means between the moments that the events carry. */
async function slotPhases(store: Store): Promise<string> {
  const rows = await store.query<Moments>(
    `SELECT s.storages[1] AS storage, o.started_at AS began,
       max(e.at) FILTER (WHERE e.data->>'state' = 'asking') AS asking,
       max(e.at) FILTER (WHERE e.data->>'state' = 'following') AS following,
       max(e.at) FILTER (WHERE e.data->>'state' = 'verifying') AS verifying
     FROM operations o JOIN operation_steps s ON s.operation_id = o.id
     JOIN operation_events e ON e.operation_id = o.id AND e.event = 'step'
     WHERE s.step->'command'->>'do' = 'snapshot.delete'
     GROUP BY o.id, s.storages[1], o.started_at ORDER BY storage, began`,
  )
  const mean = (of: (row: Moments, next: Moments | undefined) => Millis | null): string => {
    const millis = rows.flatMap((row, place) => of(row, rows[place + 1]) ?? [])
    return (millis.reduce((sum, each) => sum + each, 0) / millis.length).toFixed(0)
  }
  const look = mean(({ began, asking }) => elapsedMillis(began, asking))
  const ask = mean(({ asking, following }) => elapsedMillis(asking, following))
  const follow = mean(({ following, verifying }) => elapsedMillis(following, verifying))
  const free = mean((row, next) => (next?.storage === row.storage ? elapsedMillis(row.verifying, next.began) : null))
  return `a place on a storage, in means: ${look} ms looking, ${ask} ms asking, ${follow} ms following, ${free} ms free`
}
