/** Builders of what planners take. */
import type { CollectedGuest } from '@/lib/domain/inventory'
import type { KnownGuest } from '@/lib/domain/known'
import { GuestBuilder, TEST_NOW } from '@/lib/testing/builders'
import { mergeGuest } from '../inventory/merge'

/** A guest as known after reading it for the first time. */
export const known = (guest: GuestBuilder | CollectedGuest): KnownGuest =>
  mergeGuest(null, guest instanceof GuestBuilder ? guest.build() : guest, TEST_NOW)
