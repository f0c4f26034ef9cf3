'use client'
/** Delete snapshots of one guest or of many: which, what happens to those above them, and what a failure stops. */
import { useSuspenseQueries } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFlowWords } from '@/components/plan/flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from '@/components/plan/guest-flow'
import { GuestTags } from '@/components/plan/guest-tags'
import { PlanFlow } from '@/components/plan/plan-flow'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import type { Planned } from '@/lib/domain/plan'
import { q } from '@/lib/web/queries'
import { DeleteForm } from './delete-form'
import { type DeleteChoices, deleteChoicesIn, deleteChoicesOf, deleteIntent } from './delete-intent'

type Props = {
  guestIds: readonly string[]
  /** ids that are chosen from the start */
  chosen: readonly string[]
  first: Planned | null
}

export function DeleteFlow({ guestIds, chosen, first }: Props) {
  const t = useTranslations('flows.delete')
  const guests = useSuspenseQueries({ queries: guestIds.map((id) => q.guest(id)) }).map(({ data }) => data)
  const [only] = guests
  const single = guests.length === 1 && only !== undefined ? only : null
  const [choices, setChoices] = useState<DeleteChoices>(
    () => deleteChoicesOf(first) ?? { selected: new Set(chosen), children: 'keep', onFailure: 'continue' },
  )
  const words = useFlowWords(guests)
  const crumbs = useGuestCrumbs(single)
  const mayNot = useRoleWords('snapshot.delete')
  const overrides = useMissingRole('plan.override') === null
  const intent = deleteIntent(guests, choices)
  return (
    <PlanFlow
      title={words.title(intent ?? { do: 'batch', intents: [], onFailure: 'continue' })}
      {...(single !== null && { aside: <GuestTags tags={single.tags} /> })}
      crumbs={crumbs}
      closeHref={single === null ? '/guests' : `/guests/${single.id}`}
      intent={intent}
      incomplete={intent === null ? t('none') : null}
      start={chosen.length > 0 ? 'checks' : 'plan'}
      form={<DeleteForm guests={guests} choices={choices} onChange={setChoices} />}
      headline={words.headline}
      primary={words.primary}
      primaryIcon={Trash2}
      guests={guests}
      onReplan={(instead) => {
        const next = deleteChoicesIn(instead)
        if (next !== null) setChoices(next)
      }}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={false}
      first={first}
      actions={PLAN_ACTIONS}
    />
  )
}
