'use client'
/** Take a snapshot of one guest or of many: what it holds, what it is called, who keeps it and for how long. */
import { useSuspenseQueries } from '@tanstack/react-query'
import { Camera } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFlowWords } from '@/components/plan/flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from '@/components/plan/guest-flow'
import { GuestTags } from '@/components/plan/guest-tags'
import { PlanFlow } from '@/components/plan/plan-flow'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import type { Intent, Planned, SingleIntent } from '@/lib/domain/plan'
import { q } from '@/lib/web/queries'
import { TakeForm } from './take-form'
import { defaultHolds, formOf, intentOf, type TakeChoices } from './take-intent'

/** `timeZone` is the server's, which names are made in. */
type Props = { guestIds: readonly string[]; first: Planned | null; timeZone: string }

export function TakeFlow({ guestIds, first, timeZone }: Props) {
  const guests = useSuspenseQueries({ queries: guestIds.map((id) => q.guest(id)) }).map(({ data }) => data)
  const [only] = guests
  const single = guests.length === 1 && only !== undefined ? only : null
  const [choices, setChoices] = useState<TakeChoices>(() => formOf(takesIn(first)[0] ?? null, defaultHolds(guests)))
  const [touched, setTouched] = useState(false)
  const words = useFlowWords(guests)
  const crumbs = useGuestCrumbs(single)
  const mayNot = useRoleWords('snapshot.take')
  const overrides = useMissingRole('plan.override') === null
  const intents = guests.map((guest) => intentOf(guest.id, choices))
  const [one] = intents
  const intent: Intent | null =
    one === undefined ? null : intents.length === 1 ? one : { do: 'batch', intents, onFailure: 'continue' }
  return (
    <PlanFlow
      title={intent === null ? '' : words.title(intent)}
      {...(single !== null && { aside: <GuestTags tags={single.tags} /> })}
      crumbs={crumbs}
      closeHref={single === null ? '/guests' : `/guests/${single.id}`}
      intent={intent}
      start="plan"
      form={
        <TakeForm
          guests={guests}
          choices={choices}
          timeZone={timeZone}
          onChange={(patch) => {
            setTouched(true)
            setChoices((before) => ({ ...before, ...patch }))
          }}
        />
      }
      headline={words.headline}
      primary={words.primary}
      primaryIcon={Camera}
      picture={(plan) => <TakenNames plan={plan} />}
      guests={guests}
      onReplan={(instead) => {
        const [take] = takesOf(instead)
        if (take !== undefined) setChoices(formOf(take, choices.holds))
      }}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={touched}
      first={first}
      actions={PLAN_ACTIONS}
    />
  )
}

type TakeIntent = Extract<SingleIntent, { do: 'take' }>

const takesOf = (intent: Intent): TakeIntent[] =>
  (intent.do === 'batch' ? intent.intents : [intent]).flatMap((each) => (each.do === 'take' ? [each] : []))

const takesIn = (first: Planned | null): TakeIntent[] =>
  first === null ? [] : takesOf(first.kind === 'plan' ? first.plan.intent : first.intent)

/** Names beyond these are counted by the order below. */
const NAMES_SHOWN = 3

function TakenNames({ plan }: { plan: Extract<Planned, { kind: 'plan' }>['plan'] }) {
  const t = useTranslations('flows.take')
  const names = plan.steps.flatMap(({ command }) => (command.do === 'snapshot.take' ? [command.name] : []))
  return (
    <ul className="mt-1 text-text-2">
      {names.slice(0, NAMES_SHOWN).map((name) => (
        <li key={name} className="wrap-anywhere">
          {t('preview', { name })}
        </li>
      ))}
    </ul>
  )
}
