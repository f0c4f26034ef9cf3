'use client'
/** The Confirm step: what will happen in one sentence, the warnings by name, consent, and why. */
import { useTranslations } from 'next-intl'
import type { ReactNode, RefObject } from 'react'
import { SeverityIcon } from '@/components/ui/severity'
import { TextField } from '@/components/ui/text-field'
import type { Check, Plan } from '@/lib/domain/plan'
import { useCheckText } from './check-list'
import { LossSummary } from './loss-summary'
import { LossWarningLines, useLossWarnings } from './loss-warnings'
import { PlanDifference } from './plan-difference'
import { guestNameIn, sortChecks } from './plan-facts'
import { TypeToConfirm } from './type-to-confirm'

type Props = {
  headRef: RefObject<HTMLHeadingElement | null>
  plan: Plan
  /** the plan a person had read before the world moved */
  before: Plan | null
  differenceRead: boolean
  onDifferenceRead: (read: boolean) => void
  headline: string
  picture: ReactNode
  typedName: string
  onTypedName: (value: string) => void
  reason: string
  onReason: (value: string) => void
}

export function ConfirmStep(props: Props) {
  const t = useTranslations('plan.confirm')
  const { plan } = props
  const { warnings, overridden } = sortChecks(plan.checks)
  const losing = useLossWarnings()(plan)
  return (
    <div className="flex flex-col gap-4">
      {props.before !== null && (
        <PlanDifference
          key={plan.id}
          before={props.before}
          after={plan}
          read={props.differenceRead}
          onRead={props.onDifferenceRead}
        />
      )}
      <div>
        <h2 ref={props.headRef} tabIndex={-1} className="sw-flow-head">
          {props.headline}
        </h2>
        {props.picture}
      </div>
      {losing.length === 0 && <LossSummary plan={plan} />}
      {overridden.length > 0 && (
        <Accepted title={t('overriding', { count: overridden.length })} checks={overridden} plan={plan} />
      )}
      {losing.length + warnings.length > 0 ? (
        <Accepted
          title={t('accepting', { count: losing.length + warnings.length })}
          checks={warnings}
          plan={plan}
          before={<LossWarningLines warnings={losing} brief />}
        />
      ) : (
        <p className="text-text-2">{t('noWarnings')}</p>
      )}
      {plan.consent === 'type-name' && (
        <TypeToConfirm plan={plan} value={props.typedName} onChange={props.onTypedName} />
      )}
      <div className="max-w-[540px]">
        <TextField
          label={t('reason')}
          optional
          maxLength={REASON_CHARACTERS}
          value={props.reason}
          onChange={(event) => props.onReason(event.target.value)}
        />
      </div>
    </div>
  )
}

/** A ticket number and a sentence. */
const REASON_CHARACTERS = 300

type AcceptedProps = { title: string; checks: readonly Check[]; plan: Plan; before?: ReactNode }

function Accepted({ title, checks, plan, before }: AcceptedProps) {
  const text = useCheckText((guestId) => guestNameIn(plan, guestId))
  return (
    <section>
      <h3 className="font-[600]">{title}</h3>
      <ul>
        {before}
        {checks.map((check) => (
          <li key={`${check.id} ${check.guestId}`} className="sw-check-line py-1.5!">
            <SeverityIcon severity="warning" />
            <span className="wrap-anywhere">{text(check).title}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
