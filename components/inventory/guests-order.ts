/** How the guests list is ordered and read; shared by the page on the server and in the browser. */
import type { DataSort } from '@/components/ui/data-table-model'
import { GUEST_SORTS, type GuestSort } from '@/lib/domain/view'

/** Rows per request: a screen of a tall monitor twice over; more would only make each keystroke of the filter wait. */
export const GUESTS_WINDOW = 100

/** Column → how the server sorts by it. */
const SORT_OF_COLUMN: Record<string, GuestSort> = {
  name: 'name',
  connection: 'connection',
  node: 'node',
  snapshots: 'snapshots',
  chain: 'chain',
  oldest: 'oldest',
  held: 'held',
  seen: 'collected',
}

/** The order asked of the server; an unknown column in the URL is no order. */
export function orderOf(sort: DataSort | null): { sort: GuestSort; dir: 'asc' | 'desc' } {
  const named = sort === null ? undefined : SORT_OF_COLUMN[sort.column]
  const known = GUEST_SORTS.find((each) => each === named)
  return known === undefined || sort === null ? { sort: 'name', dir: 'asc' } : { sort: known, dir: sort.direction }
}
