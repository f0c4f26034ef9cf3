/** What guests wrote before we came, from the averages that Proxmox VE keeps of each: bytes a second. */
import type { GuestRef } from '@/lib/domain/ids'
import { unread } from '@/lib/domain/inventory'
import { type Outcome, ok } from '@/lib/domain/result'
import type { PastWrites } from '@/lib/domain/sample'
import { epochMillis, type Instant, type Millis } from '@/lib/domain/units'
import type { ProxmoxClient } from './client'
import { createTurns, forEachAtOnce } from './collect/turns'
import { parseList, resourceSchema, rrdSchema } from './wire'

/** A quarter of what is let through at a time: the readings that people look at go on beside it. */
const WIDTH = 2
/** The coarse window reaches back far enough, the fine one up to now. */
const WINDOWS = ['week', 'day'] as const

type Request = { guests: readonly GuestRef[]; since: Instant; now: Millis }
type Average = { fromMs: Millis; toMs: Millis; perSecond: number }

/** Asks twice for each guest. What is not told of one says why and hides nothing of the others. */
export async function readPastWrites(
  client: Pick<ProxmoxClient, 'get'>,
  { guests, since, now }: Request,
  signal: AbortSignal,
): Promise<Outcome<PastWrites[]>> {
  const resources = await client.get(['cluster', 'resources'], { type: 'vm' }, signal)
  if (!resources.ok) return resources
  const places = placesOf(resources.value.data)
  const pace = createTurns()
  const past: PastWrites[] = []
  await forEachAtOnce(guests, WIDTH, async ({ nativeId, name }) => {
    const base = places.get(nativeId)
    const averages: Average[] = []
    for (const timeframe of base === undefined ? [] : WINDOWS) {
      const answer = await client.get([...(base ?? []), 'rrddata'], { timeframe }, signal)
      const rows = answer.ok ? await parseList(rrdSchema, answer.value.data, 'rrddata', pace) : answer
      if (!rows.ok) return void past.push({ nativeId, writtenBytes: unread(rows.why) })
      addFiner(averages, averagesOf(rows.value))
    }
    const told = averages.filter(({ fromMs, toMs }) => toMs > epochMillis(since) && fromMs < now)
    past.push({
      nativeId,
      writtenBytes:
        base === undefined
          ? unread({ code: 'missing', what: 'guest', name })
          : told.length === 0
            ? unread({ code: 'not-told', by: 'Proxmox VE' })
            : { status: 'read', value: sumOf(told) },
    })
  })
  return ok(past.sort((a, b) => (a.nativeId < b.nativeId ? -1 : 1)))
}

/** Each row is the average of the step that ends with it. Steps without a figure were idle or before its time. */
function averagesOf(rows: readonly { time: number | null; diskwrite: number | null }[]): Average[] {
  const times = rows.flatMap(({ time }) => (time === null ? [] : [time])).sort((a, b) => a - b)
  const [first, second] = times
  if (first === undefined || second === undefined) return []
  const step = second - first
  return rows
    .flatMap(({ time, diskwrite }) =>
      time === null || diskwrite === null
        ? []
        : [{ fromMs: (time - step) * 1000, toMs: time * 1000, perSecond: diskwrite }],
    )
    .sort((a, b) => a.toMs - b.toMs)
}

/** The finer ones take the place of the coarse ones they cover; a coarse one they cover in part stays for its rest. */
function addFiner(averages: Average[], finer: readonly Average[]): void {
  const from = finer[0]?.fromMs ?? Number.POSITIVE_INFINITY
  const kept = averages
    .filter(({ fromMs }) => fromMs < from)
    .map((average) => ({ ...average, toMs: Math.min(average.toMs, from) }))
  averages.splice(0, averages.length, ...kept, ...finer)
}

/** A step that began before the moment counts whole: what comes out is never too little. */
const sumOf = (averages: readonly Average[]): number =>
  Math.round(averages.reduce((sum, { fromMs, toMs, perSecond }) => sum + ((toMs - fromMs) / 1000) * perSecond, 0))

function placesOf(rows: unknown): Map<string, readonly string[]> {
  const places = new Map<string, readonly string[]>()
  if (!Array.isArray(rows)) return places
  for (const row of rows) {
    const parsed = resourceSchema.safeParse(row)
    if (!parsed.success) continue
    const { vmid, node, type } = parsed.data
    if (vmid !== null && node !== null && (type === 'qemu' || type === 'lxc')) {
      places.set(String(vmid), ['nodes', node, type, String(vmid)])
    }
  }
  return places
}
