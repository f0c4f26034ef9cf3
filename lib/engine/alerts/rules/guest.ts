/** What rules about a guest and its snapshots measure. Null = the rule says nothing about this guest. */
import type { Reading } from '@/lib/domain/alert'
import type { GuestFact } from '@/lib/domain/alert-facts'
import type { EnvironmentLimits } from '@/lib/domain/environment'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import { measured, untold } from './reading'

/** Age of the oldest snapshot in multiples of the limit of its environment; where none applies, nothing is said. */
export function readSnapshotAge(guest: GuestFact, limits: EnvironmentLimits, now: Instant): Reading | null {
  const limit = limits[guest.environment].ageLimitMillis
  if (limit === null) return null
  if (guest.snapshotCount === null) return untold(guest)
  return measured(guest, guest.oldestSnapshotAt === null ? 0 : elapsedMillis(guest.oldestSnapshotAt, now) / limit)
}

export const readChainDepth = (guest: GuestFact): Reading => measured(guest, guest.chainDepth)

export const readSnapshotCount = (guest: GuestFact): Reading => measured(guest, guest.snapshotCount)

/** Where no size is told there is nothing to compare; the page says "not told", the rule says nothing. */
export const readSnapshotSize = (guest: GuestFact): Reading | null =>
  guest.largestSnapshotBytes === null ? null : measured(guest, guest.largestSnapshotBytes)

export function readMemoryAge(guest: GuestFact, now: Instant): Reading {
  if (guest.snapshotCount === null) return untold(guest)
  return measured(guest, guest.oldestMemoryAt === null ? 0 : elapsedMillis(guest.oldestMemoryAt, now))
}

export const readUnmanagedData = (guest: GuestFact): Reading => measured(guest, guest.unmanagedCount)

export const readGuestLocked = (guest: GuestFact, now: Instant): Reading =>
  measured(guest, guest.lockedSince === null ? 0 : elapsedMillis(guest.lockedSince, now))
