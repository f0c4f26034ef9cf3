import type { Reclaim } from '@/lib/domain/alert-view'

/** The guided flow with exactly these snapshots chosen; null = there is nothing to propose. */
export function reviewHref({ items }: Reclaim): { href: string; count: number } | null {
  if (items.length === 0) return null
  const guests = [...new Set(items.map(({ guestId }) => guestId))].join(',')
  const snapshots = items.map(({ snapshotId }) => snapshotId).join(',')
  return { href: `/delete?${new URLSearchParams({ guests, snapshots })}`, count: items.length }
}
