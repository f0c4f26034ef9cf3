import type { Instant } from '@/lib/domain/units'
import type { SnapshotView } from '@/lib/domain/view'

/** Whether a snapshot that Snapwarden took is past the end somebody gave it. */
export const isExpired = ({ note }: Pick<SnapshotView, 'note'>, now: Instant): boolean =>
  note !== null && note.expiresAt !== null && note.expiresAt <= now
