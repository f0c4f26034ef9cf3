/** Values from the world made fit for the columns they go to. What does not fit is not known. */
import { createHash } from 'node:crypto'
import type { CollectedGuest } from '@/lib/domain/inventory'
import type { Bytes, Instant } from '@/lib/domain/units'
import { cleanText } from './text'

/** Longer names are cut on the page and in the row alike; no hypervisor allows them. */
export const MAX_NAME_LENGTH = 1_000
/** An index entry of PostgreSQL holds some 2,700 bytes, and a character up to four. */
const MAX_ID_LENGTH = 600
const MAX_INTEGER = 2_147_483_647

/** A native id that fits an index: one longer than any hypervisor's keeps its beginning and a digest of the rest. */
export function cleanId(nativeId: string): string {
  const clean = cleanText(nativeId, Number.MAX_SAFE_INTEGER)
  if (clean.length <= MAX_ID_LENGTH) return clean
  const digest = createHash('sha256').update(clean).digest('hex')
  return cleanText(`${clean.slice(0, MAX_ID_LENGTH - digest.length - 1)}#${digest}`)
}

/** A whole number of bytes from 0 to 2^53, else null. */
export const cleanBytes = (bytes: Bytes | null): Bytes | null =>
  bytes !== null && Number.isFinite(bytes) && bytes >= 0 && bytes <= Number.MAX_SAFE_INTEGER ? Math.round(bytes) : null

/** A whole number that fits 32 bits, else null. */
export const cleanInteger = (value: number | null): number | null =>
  value !== null && Number.isFinite(value) && Math.abs(value) <= MAX_INTEGER ? Math.round(value) : null

/** An instant of a four-digit year, else null: a snapshot of the year 292277026596 has a broken clock, not an age. */
export const cleanInstant = (instant: Instant | null): Instant | null =>
  instant !== null && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(instant) ? instant : null

/** A guest whose ids, and whose snapshots' ids, fit their columns; the same object when they already do. */
export function withCleanIds(guest: CollectedGuest): CollectedGuest {
  const { snapshots } = guest
  const nativeId = cleanId(guest.facts.nativeId)
  const facts = nativeId === guest.facts.nativeId ? guest.facts : { ...guest.facts, nativeId }
  const dirty =
    snapshots.status === 'read' && snapshots.value.items.some((each) => cleanId(each.nativeId) !== each.nativeId)
  if (!dirty) return facts === guest.facts ? guest : { ...guest, facts }
  const items = snapshots.value.items.map((each) => ({ ...each, nativeId: cleanId(each.nativeId) }))
  return { ...guest, facts, snapshots: { status: 'read', value: { ...snapshots.value, items } } }
}
