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
const WIDTH = 8

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
  await forEachAtOnce(storages, WIDTH, async ({ nativeId, name, node }) => {
    const from = node === '' ? (nodes.get(name) ?? []) : [node]
    histories.push(await historyOf(client, nativeId, name, from, now, signal))
  })
  return ok(histories.sort((a, b) => (a.nativeId < b.nativeId ? -1 : 1)))
}

async function historyOf(
  client: Pick<ProxmoxClient, 'get'>,
  nativeId: string,
  storage: string,
  nodes: readonly string[],
  now: Millis,
  signal: AbortSignal,
): Promise<StorageHistory> {
  let points: HistoryPoint[] = []
  const [node] = nodes
  if (node === undefined) return { nativeId, points: unread({ code: 'storage-inactive', storage }) }
  for (const timeframe of WINDOWS) {
    const answer = await client.get(['nodes', node, 'storage', storage, 'rrddata'], { timeframe }, signal)
    if (!answer.ok) return { nativeId, points: unread(answer.why) }
    const rows = await parseList(rrdSchema, answer.value.data, 'rrddata', createTurns())
    if (!rows.ok) return { nativeId, points: unread(rows.why) }
    points = withFiner(points, pointsOf(rows.value, now))
  }
  return { nativeId, points: { status: 'read', value: points } }
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
