'use client'
/** What every flow about guests needs: crumbs, platform of a step, and the actions of the server. */
import { useTranslations } from 'next-intl'
import { confirmPlan, proposePlan } from '@/app/actions/plan'
import type { GuestDetail } from '@/lib/domain/view'
import type { PlatformOf } from './step-order'
import type { PlanActions } from './use-plan'

export const PLAN_ACTIONS: PlanActions = { propose: proposePlan, confirm: confirmPlan }

/** Where a flow stands: the guests, then the guest it is about. */
export function useGuestCrumbs(guest: GuestDetail | null): { label: string; href: string }[] {
  const shell = useTranslations('shell.nav')
  const guests = { label: shell('guests'), href: '/guests' }
  return guest === null ? [guests] : [guests, { label: guest.name, href: `/guests/${guest.id}` }]
}

/** Platform of a step's guest, among the guests the page knows. */
export const platformAmong =
  (guests: readonly GuestDetail[]): PlatformOf =>
  ({ guestId }) => {
    const guest = guests.find((each) => each.id === guestId)
    return guest === undefined ? null : { kind: guest.connectionKind, guestKind: guest.kind }
  }
