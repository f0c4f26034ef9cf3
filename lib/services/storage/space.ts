import { z } from 'zod'
import type { GuestId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import type { SizeConfidence } from '@/lib/domain/snapshot'
import {
  type GuestSpace,
  type SnapshotSpace,
  SPACE_NAMED,
  SPACE_SNAPSHOTS,
  type StorageSpace,
} from '@/lib/domain/storage'
import type { Bytes } from '@/lib/domain/units'
import { guestGrowth } from '@/lib/engine/storage/growth'
import { sortLeftover } from '@/lib/engine/storage/leftover'
import { guestSpace, type SpaceKept, snapshotSpace } from '@/lib/store/guest-space'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const storageSpaceInput = z.object({ id: storageId })

/** What takes the space of a storage by guest and snapshot, and who made it grow since yesterday. */
export const storageSpace: Verb<z.output<typeof storageSpaceInput>, StorageSpace> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const kept = await guestSpace(ctx.store, input.id, ctx.now)
  if (kept === null) return refused({ code: 'missing', what: 'storage', name: input.id })
  const guests = kept.guests
    .map(spaceOf)
    .sort((a, b) => totalOf(b) - totalOf(a) || grewBy(b) - grewBy(a) || (a.name < b.name ? -1 : 1))
  const named = guests.slice(0, SPACE_NAMED)
  const ids = named.flatMap(({ guestId }) => (guestId === null ? [] : [guestId]))
  const snapshots = await snapshotSpace(ctx.store, input.id, ids)
  return ok({
    guests: [...named.map((guest) => ({ ...guest, each: eachOf(guest, snapshots) })), ...guests.slice(SPACE_NAMED)],
    shared: kept.shared,
    leftover: kept.orphans === null ? null : sortLeftover(kept.orphans),
    growthSince: kept.since,
  })
}

function spaceOf({ id, name, hidden, now, before }: SpaceKept['guests'][number]): GuestSpace {
  const { dataBytes: data, snapshotBytes: snapshots } = now
  return {
    guestId: id,
    name,
    total: figureOf(data === null || snapshots === null ? null : data + snapshots),
    data: figureOf(data, hidden ? 'at-most' : 'exact'),
    // Inside an image a snapshot has no size of its own: none beside it does not mean none in it.
    snapshots: hidden && snapshots === 0 ? figureOf(null) : figureOf(snapshots, hidden ? 'at-least' : 'exact'),
    growth: guestGrowth(before, now),
    each: null,
  }
}

function eachOf({ guestId }: GuestSpace, found: ReadonlyMap<GuestId, SnapshotSpace[]>): GuestSpace['each'] {
  const own = guestId === null ? undefined : found.get(guestId)
  if (own === undefined) return null
  return { snapshots: own.slice(0, SPACE_SNAPSHOTS), more: Math.max(0, own.length - SPACE_SNAPSHOTS) }
}

const figureOf = (bytes: Bytes | null, confidence: SizeConfidence = 'exact'): GuestSpace['data'] =>
  bytes === null ? { bytes, confidence: 'unknown' } : { bytes, confidence }
const totalOf = ({ total }: GuestSpace): Bytes => total.bytes ?? 0
/** Where no sizes are told, who wrote most leads. */
const grewBy = ({ growth }: GuestSpace): number => growth.bytes ?? 0
