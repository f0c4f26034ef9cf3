/** What Proxmox VE remembers of storages: round-robin averages, finer the nearer, a year back. */
import type { StorageRef } from '@/lib/domain/ids'
import { unread } from '@/lib/domain/inventory'
import { type Outcome, ok } from '@/lib/domain/result'
import type { HistoryPoint, StorageHistory } from '@/lib/domain/sample'
import { instantAt, MINUTE, type Millis } from '@/lib/domain/units'
import type { ProxmoxClient } from './client'
import { createTurns, forEachAtOnce } from './collect/turns'
import { parseList, resourceSchema, rrdSchema } from './wire'

/** Each finer window replaces the end of the coarser one (recorded 901: a minute apart; month and year coarser). */
const WINDOWS = ['year', 'month', 'day'] as const
/** What is read at once lives at once: eight wide, collecting its garbage held the worker's loop for 70 ms. */
const WIDTH = 2
/** A shared storage is remembered by every node that has it: one that just joined remembers little, or does not answer. */
const NODES_TRIED = 2

/** The past of some storages, from the first of their nodes that remembers it. What refuses says why. */
export async function readHistory(
  client: Pick<ProxmoxClient, 'get'>,
  storages: readonly StorageRef[],
  now: Millis,
  signal: AbortSignal,
): Promise<Outcome<StorageHistory[]>> {
  const resources = await client.get(['cluster', 'resources'], { type: 'storage' }, signal)
  if (!resources.ok) return resources
  const nodes = nodesByStorage(resources.value.data)
  const histories: StorageHistory[] = []
  const pace = createTurns()
  await forEachAtOnce(storages, WIDTH, async ({ nativeId, name, node }) => {
    const from = node === '' ? (nodes.get(name) ?? []) : [node]
    histories.push(await historyOf({ client, now, signal, pace }, { nativeId, storage: name, nodes: from }))
  })
  return ok(histories.sort((a, b) => (a.nativeId < b.nativeId ? -1 : 1)))
}

type Asking = {
  client: Pick<ProxmoxClient, 'get'>
  now: Millis
  signal: AbortSignal
  /** thousands of rows are read beside everything else the worker does */
  pace: () => Promise<void>
}

async function historyOf(
  asking: Asking,
  { nativeId, storage, nodes }: { nativeId: string; storage: string; nodes: readonly string[] },
): Promise<StorageHistory> {
  let points: StorageHistory['points'] = unread({ code: 'storage-inactive', storage })
  for (const node of nodes.slice(0, NODES_TRIED)) {
    points = await pointsFrom(asking, node, storage)
    if (points.status === 'read') break
  }
  return { nativeId, points }
}

async function pointsFrom(
  { client, now, signal, pace }: Asking,
  node: string,
  storage: string,
): Promise<StorageHistory['points']> {
  let points: HistoryPoint[] = []
  for (const timeframe of WINDOWS) {
    const answer = await client.get(['nodes', node, 'storage', storage, 'rrddata'], { timeframe }, signal)
    if (!answer.ok) return unread(answer.why)
    const rows = await parseList(rrdSchema, answer.value.data, 'rrddata', pace)
    if (!rows.ok) return unread(rows.why)
    points = withFiner(points, pointsOf(rows.value, now))
    await pace()
  }
  return { status: 'read', value: points }
}

type Row = { time: number | null; used: number | null; total: number | null }

/** Rows before the storage was there are only a time; the newest may lie in the future by its step. */
function pointsOf(rows: readonly Row[], now: Millis): HistoryPoint[] {
  const told = rows.flatMap(({ time, used, total }) =>
    time === null || (used === null && total === null) || time * 1000 > now ? [] : [{ time, used, total }],
  )
  told.sort((a, b) => a.time - b.time)
  const spanMillis = stepOf(rows)
  return told.map(({ time, used, total }) => ({
    at: instantAt(time * 1000),
    spanMillis,
    usedBytes: used === null ? null : Math.round(used),
    capacityBytes: total === null ? null : Math.round(total),
  }))
}

/** The distance between rows, which is what each is an average of. */
function stepOf(rows: readonly Row[]): Millis {
  const times = rows.flatMap(({ time }) => (time === null ? [] : [time])).sort((a, b) => a - b)
  const [first, second] = times
  return first === undefined || second === undefined ? MINUTE : (second - first) * 1000
}

function withFiner(coarse: readonly HistoryPoint[], finer: readonly HistoryPoint[]): HistoryPoint[] {
  const [first] = finer
  if (first === undefined) return [...coarse]
  return [...coarse.filter(({ at }) => at < first.at), ...finer]
}

function nodesByStorage(rows: unknown): Map<string, string[]> {
  const nodes = new Map<string, string[]>()
  if (!Array.isArray(rows)) return nodes
  for (const row of rows) {
    const parsed = resourceSchema.safeParse(row)
    if (!parsed.success) continue
    const { storage, node, status } = parsed.data
    if (storage === null || node === null || status !== 'available') continue
    nodes.set(storage, [...(nodes.get(storage) ?? []), node].sort())
  }
  return nodes
}
