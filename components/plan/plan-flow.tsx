'use client'
/** Plan → Checks → Confirm of every guided flow. What it becomes then is an operation, with a page of its own. */
import type { LucideIcon } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useEffect, useState } from 'react'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { SkeletonRows } from '@/components/ui/states'
import type { CheckId, Intent, Plan, Planned } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { ChecksStep } from './checks-step'
import { ConfirmStep } from './confirm-step'
import { Consequences } from './consequences'
import { noteArrival } from './flow-arrival'
import { FlowFrame } from './flow-frame'
import { platformAmong } from './guest-flow'
import { isDestructive, sortChecks } from './plan-facts'
import { matchTyped } from './typed-match'
import { notePlan, type PlanStep, useFlowStep } from './use-flow-step'
import { type PlanActions, usePlan } from './use-plan'
import { useStepFocus } from './use-step-focus'

export type PlanFlowProps = {
  title: string
  aside?: ReactNode
  crumbs: readonly { label: string; href: string }[]
  closeHref: string
  /** what the form asks for; null while it is not complete, and why */
  intent: Intent | null
  incomplete?: string | null
  /** the Plan step */
  form: ReactNode
  /** choices that stay at hand above the checks */
  options?: (plan: Plan | null) => ReactNode
  start: PlanStep
  /** sentence over Confirm, and the words of its button */
  headline: (plan: Plan) => string
  primary: (plan: Plan) => string
  primaryIcon?: LucideIcon
  /** drawn above checks and consent */
  picture?: (plan: Plan) => ReactNode
  /** the guests it is about, as the page knows them */
  guests: readonly GuestDetail[]
  /** an alternative was chosen: the form takes it over */
  onReplan: (intent: Intent) => void
  /** null = may; else why not */
  mayConfirm: string | null
  mayOverride: boolean
  typed: boolean
  first: Planned | null
  actions: PlanActions
}

export function PlanFlow(props: PlanFlowProps) {
  const t = useTranslations('plan')
  const router = useRouter()
  const [made, setMade] = useState(props.first !== null)
  const [step, go] = useFlowStep(props.start, props.intent !== null || made)
  const [overrides, setOverrides] = useState<readonly CheckId[]>(overridesOf(props.first))
  const [typedName, setTypedName] = useState('')
  const [reason, setReason] = useState('')
  const intent = props.intent === null ? null : withOverrides(props.intent, overrides)
  const flow = usePlan(intent, step, props.first, props.actions)
  const plan = flow.planned?.kind === 'plan' ? flow.planned.plan : null
  const planId = flow.planned === null ? null : flow.planned.kind === 'plan' ? flow.planned.plan.id : flow.planned.id
  useEffect(() => {
    if (planId === null) return
    notePlan(planId)
    setMade(true)
  }, [planId])
  const head = useStepFocus(step)
  /** the plan whose difference from the one before was read */
  const [readOf, setReadOf] = useState<string | null>(null)
  const unread = flow.before !== null && readOf !== planId
  // What was typed was consent to the plan before.
  useEffect(() => {
    if (flow.before !== null && planId !== null) setTypedName('')
  }, [flow.before, planId])

  const agree = async () => {
    if (plan === null) return
    const operation = await flow.agree(plan, {
      ...(plan.consent === 'type-name' && { typedName: typedName.trim() }),
      ...(reason.trim() !== '' && { reason: reason.trim() }),
    })
    if (operation === null) setTypedName('')
    else {
      noteArrival()
      router.push(`/operations/${operation}`)
    }
  }
  const gone = step === 'confirm' && intent === null
  // While it is planned nothing stands against it yet; a button whose reason goes is another one, without the focus.
  const stopped =
    plan === null
      ? flow.planning
        ? null
        : t('impossible.title')
      : gone
        ? t('changed.gone')
        : stopOf(plan, t('impossible.title'))
  const consentGiven =
    plan === null || plan.consent === 'click' || matchTyped(plan.consentText, typedName).state === 'whole'

  return (
    <FlowFrame
      title={props.title}
      aside={props.aside}
      crumbs={props.crumbs}
      step={step}
      closeHref={props.closeHref}
      typed={props.typed || typedName !== '' || reason !== ''}
      onBack={step === props.start ? undefined : () => router.back()}
      side={step === 'plan' || plan === null ? undefined : <Consequences plan={plan} />}
      sideLabel={t('happen.heading')}
      footNote={
        flow.confirming ? (
          t('confirming')
        ) : step === 'confirm' && unread ? (
          <span className="font-strong sw-text-warning">{t('changed.readFirst')}</span>
        ) : (
          t('nothingChanged')
        )
      }
      footer={
        step === 'plan' ? (
          <Button variant="primary" disabledReason={props.incomplete ?? null} onClick={() => go('checks')}>
            {t('toChecks')}
          </Button>
        ) : step === 'checks' ? (
          <>
            <BackButton onBack={() => go('plan')} />
            <Button
              variant="primary"
              busy={flow.planning}
              disabledReason={stopped}
              onClick={() => {
                setTypedName('')
                go('confirm')
              }}
            >
              {t('toConfirm')}
            </Button>
          </>
        ) : (
          <>
            <BackButton onBack={() => go('checks')} />
            <Button
              variant={plan !== null && isDestructive(plan) ? 'danger' : 'primary'}
              {...(props.primaryIcon && { icon: props.primaryIcon })}
              busy={flow.confirming || flow.planning}
              disabled={!consentGiven}
              disabledReason={props.mayConfirm ?? stopped ?? (unread ? t('changed.readFirst') : null)}
              onClick={() => void agree()}
            >
              {plan === null ? t('toConfirm') : props.primary(plan)}
            </Button>
          </>
        )
      }
    >
      {flow.refusal !== null && step !== 'plan' && (
        <div className="mb-3">
          <ReasonNotice reason={flow.refusal} tone="critical" onRetry={flow.again} />
        </div>
      )}
      {step === 'plan' && props.form}
      {step !== 'plan' && flow.planned === null && flow.refusal === null && <SkeletonRows label={t('planning')} />}
      {step === 'checks' && flow.planned !== null && (
        <ChecksStep
          headRef={head}
          planned={flow.planned}
          planning={flow.planning}
          headline={plan === null ? null : props.headline(plan)}
          picture={plan === null ? null : props.picture?.(plan)}
          options={props.options?.(plan)}
          platformOf={platformAmong(props.guests)}
          guests={props.guests}
          nameOf={(id) => (props.guests.find((guest) => guest.id === id) ?? props.guests[0])?.name ?? ''}
          onAgain={flow.again}
          onChoose={(instead) => {
            setOverrides([])
            props.onReplan(instead)
          }}
          override={
            props.mayOverride
              ? (id, on) => setOverrides((before) => (on ? [...before, id] : before.filter((other) => other !== id)))
              : null
          }
        />
      )}
      {gone && (
        <Notice tone="critical" title={t('changed.gone')} live="assertive">
          {t('changed.goneText')}
        </Notice>
      )}
      {step === 'confirm' && plan !== null && !gone && (
        <>
          {flow.expired && flow.before === null && <ExpiredNotice plan={plan} />}
          <ConfirmStep
            headRef={head}
            plan={plan}
            before={flow.before}
            differenceRead={!unread}
            onDifferenceRead={(read) => setReadOf(read ? planId : null)}
            headline={props.headline(plan)}
            picture={props.picture?.(plan)}
            typedName={typedName}
            onTypedName={setTypedName}
            reason={reason}
            onReason={setReason}
          />
        </>
      )}
      {step === 'confirm' && plan === null && flow.planned !== null && (
        <Notice tone="critical" title={t('impossible.title')} actions={<BackButton onBack={() => go('checks')} />} />
      )}
    </FlowFrame>
  )
}

function BackButton({ onBack }: { onBack: () => void }) {
  const common = useTranslations('common')
  return (
    <Button className="back" onClick={onBack}>
      {common('actions.back')}
    </Button>
  )
}

function ExpiredNotice({ plan }: { plan: Plan }) {
  const t = useTranslations('plan.expired')
  const format = useFormat()
  const now = useNow()
  return (
    <Notice tone="info" className="mb-3" title={t('title', { time: format.date(plan.madeAt, 'time', now) })}>
      {t('text')}
    </Notice>
  )
}

const stopOf = (plan: Plan, words: string): string | null =>
  sortChecks(plan.checks).blockers.length > 0 ? words : null

/** A batch carries the overrides itself; every part of it heeds them. */
const withOverrides = (intent: Intent, override: readonly CheckId[]): Intent =>
  override.length === 0 ? intent : { ...intent, override: [...override] }

function overridesOf(first: Planned | null): CheckId[] {
  if (first === null) return []
  return (first.kind === 'plan' ? first.plan.intent.override : first.intent.override) ?? []
}
