'use client'
/** A stored plan by its address: a repair, what is left of an operation, an alternative, a plan somebody else made. */
import { useSuspenseQueries, useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import type { Intent } from '@/lib/domain/plan'
import { describeInstead } from '@/lib/i18n/checks'
import { q } from '@/lib/web/queries'
import { INTENT_ICONS, kindOf, useFlowWords } from './flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from './guest-flow'
import { GuestTags } from './guest-tags'
import { guestsOfIntent, permissionOf } from './intent-facts'
import { PlanFlow } from './plan-flow'
import { useMissingRole, useRoleWords } from './use-rights'

export function PlanPage({ planId }: { planId: string }) {
  const t = useTranslations('plan')
  const { data: view } = useSuspenseQuery(q.plan(planId))
  const stored = view.planned.kind === 'plan' ? view.planned.plan.intent : view.planned.intent
  const [intent, setIntent] = useState<Intent>(stored)
  const guests = useSuspenseQueries({ queries: guestsOfIntent(intent).map((id) => q.guest(id)) }).map(
    ({ data }) => data,
  )
  const [only] = guests
  const single = guests.length === 1 && only !== undefined ? only : null
  const words = useFlowWords(guests)
  const crumbs = useGuestCrumbs(single)
  const mayNot = useRoleWords(permissionOf(intent))
  const overrides = useMissingRole('plan.override') === null
  return (
    <PlanFlow
      title={words.title(intent)}
      {...(single !== null && { aside: <GuestTags tags={single.tags} /> })}
      crumbs={crumbs}
      closeHref={single === null ? '/guests' : `/guests/${single.id}`}
      intent={intent}
      start="checks"
      form={<p className="sw-flow-head">{describeInstead(intent, t)}</p>}
      headline={words.headline}
      primary={words.primary}
      primaryIcon={INTENT_ICONS[kindOf(intent)]}
      guests={guests}
      onReplan={setIntent}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={false}
      first={view.planned}
      actions={PLAN_ACTIONS}
    />
  )
}
