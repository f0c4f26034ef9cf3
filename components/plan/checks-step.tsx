'use client'
/** The Checks step: the plan in one picture, its choices, what stands against it, and the order of its steps. */
import { useTranslations } from 'next-intl'
import type { ReactNode, RefObject } from 'react'
import { useNow } from '@/components/ui/clock'
import type { Intent, Planned } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { Alternatives } from './alternatives'
import { ChainPictures } from './chain-picture'
import { CheckList, type NameOf, type Override } from './check-list'
import { LossWarningLines, useLossWarnings } from './loss-warnings'
import { latest, sortChecks } from './plan-facts'
import { SpaceBars } from './space-bars'
import { type PlatformOf, StepOrder } from './step-order'

type Props = {
  headRef: RefObject<HTMLHeadingElement | null>
  planned: Planned
  planning: boolean
  /** said on top where the picture has no room */
  headline: string | null
  picture: ReactNode
  options: ReactNode
  platformOf: PlatformOf
  guests: readonly GuestDetail[]
  onAgain: () => void
  onChoose: (intent: Intent) => void
  nameOf: NameOf
  override: Override
}

export function ChecksStep(props: Props) {
  const t = useTranslations('plan')
  const { planned } = props
  const plan = planned.kind === 'plan' ? planned.plan : null
  const checks = plan?.checks ?? (planned.kind === 'impossible' ? planned.checks : [])
  const lossWarnings = useLossWarnings()
  const losing = plan === null ? [] : lossWarnings(plan)
  return (
    <div aria-busy={props.planning || undefined}>
      {planned.kind === 'impossible' && (
        <Alternatives why={planned.why} instead={planned.instead} busy={props.planning} onChoose={props.onChoose} />
      )}
      {props.headline !== null && <p className="sw-flow-head md:hidden">{props.headline}</p>}
      {props.picture}
      {props.options === undefined ? null : <div className="mt-2">{props.options}</div>}
      {plan?.parts.some(({ intent }) => intent.do === 'delete' || intent.do === 'merge') && (
        <div className="mt-4 md:first-of-type:mt-0 empty:hidden">
          <SpaceBars space={plan.space} merges={plan.merges.length > 0} />
        </div>
      )}
      <section className="mt-4">
        <ChecksHead {...props} losing={losing.length} />
        <CheckList
          checks={checks}
          nameOf={props.nameOf}
          override={props.override}
          before={<LossWarningLines warnings={losing} />}
        />
      </section>
      {plan !== null && (
        <div className="mt-5">
          <StepOrder plan={plan} platformOf={props.platformOf} />
          <ChainPictures plan={plan} guests={props.guests} />
        </div>
      )}
      <span className="sw-visually-hidden" aria-live="polite">
        {props.planning ? t('planning') : ''}
      </span>
    </div>
  )
}

function ChecksHead({ headRef, planned, onAgain, losing }: Props & { losing: number }) {
  const t = useTranslations('plan.checks')
  const format = useFormat()
  const now = useNow()
  const checks = planned.kind === 'plan' ? planned.plan.checks : planned.checks
  const madeAt = planned.kind === 'plan' ? planned.plan.madeAt : planned.madeAt
  const { blockers, warnings, overridden, passed } = sortChecks(checks)
  return (
    <div className="flex flex-wrap items-baseline gap-x-2">
      <h2 ref={headRef} tabIndex={-1} className="sw-flow-title">
        {t('heading')}
      </h2>
      <span className="text-12 text-text-2">
        {t('summary', {
          warnings: losing + warnings.length + overridden.length,
          blockers: blockers.length,
          passed: String(passed.length),
        })}
      </span>
      <span className="flex-1" />
      <span className="flex items-baseline gap-x-2 text-12 text-text-3 num">
        {t('checkedAt', { ago: format.ago(madeAt, latest(madeAt, now)) })}
        <button type="button" className="sw-link" onClick={onAgain}>
          {t('again')}
        </button>
      </span>
    </div>
  )
}
