'use client'
/** An end that is not well: why, what is known, and only the moves that are safe. Never "unlock and start". */
import { useQuery } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { lookAgain, retryOperation, verifyOperation } from '@/app/actions/operation'
import { proposePlan } from '@/app/actions/plan'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice, useReasonText } from '@/components/inventory/reason-notice'
import { useRoleWords } from '@/components/plan/use-rights'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { CodeBlock } from '@/components/ui/code-block'
import { Notice } from '@/components/ui/notice'
import type { NextMove, OperationView } from '@/lib/domain/operation'
import type { Evidence as EvidenceFacts, PlanView } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import { describeInstead } from '@/lib/i18n/checks'
import { describeCommand } from '@/lib/i18n/commands'
import { evidenceLines } from '@/lib/i18n/evidence'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

const planIdOf = ({ planned }: PlanView): string => (planned.kind === 'plan' ? planned.plan.id : planned.id)

export function AttentionPanel({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations')
  const reasonText = useReasonText()
  const why = operation.attention?.why ?? operation.why
  const isLocked = useIsLocked(operation)
  return (
    <section>
      <h2 className="sw-flow-title">{t('attention.heading')}</h2>
      {why !== null && (
        <Notice
          className="mt-2"
          tone={operation.state === 'cancelled' ? 'info' : operation.state === 'failed' ? 'critical' : 'warning'}
          live="polite"
          {...(isHalfDone(operation) && { title: t('attention.doNotStart', { guest: operation.guestName }) })}
        >
          {reasonText(why)}
        </Notice>
      )}
      <Evidence operation={operation} />
      <div className="mt-3 flex flex-col gap-3">
        {operation.attention?.moves.map((move) => (
          <Move key={JSON.stringify(move)} move={move} operation={operation} isLocked={isLocked} />
        ))}
        <Again operation={operation} />
      </div>
    </section>
  )
}

/** Whether a lock that was found still stands in the way: as the guest was last read, not as it was when we halted. */
function useIsLocked({ attention, guestId }: OperationView): boolean {
  const found = attention?.moves.some(({ move }) => move === 'wait-for-unlock') ?? false
  const guest = useQuery({ ...q.guest(guestId ?? ''), enabled: found && guestId !== null })
  return found && guest.data?.lock !== null
}

const POWERS = ['running', 'paused', 'stopped', 'suspended', 'unknown'] as const
const ORDER = ['readAt', 'guest', 'power', 'lock', 'current', 'snapshots', 'incomplete']

const inOrder = (facts: EvidenceFacts): EvidenceFacts =>
  Object.fromEntries(
    [...ORDER.filter((key) => key in facts), ...Object.keys(facts).filter((key) => !ORDER.includes(key))].flatMap(
      (key) => {
        const value = facts[key]
        return value === undefined ? [] : [[key, value]]
      },
    ),
  )

function Evidence({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.attention')
  const words = useTranslations('evidence')
  const format = useFormat()
  const now = useNow()
  const states = useTranslations('words')
  const commands = useTranslations('commands')
  const { step: key, asked, ...facts } = operation.attention?.evidence ?? {}
  const step = operation.steps.find((each) => each.key === key)
  const title = step === undefined ? null : describeCommand(step.command, { t: commands, format }).title
  // The database keeps no order of keys: what the guest is comes first, then what was asked of it.
  const power = POWERS.find((each) => each === facts.power)
  const found: EvidenceFacts = {
    ...facts,
    ...(power !== undefined && { power: states(`power.${power}`) }),
    // No snapshot below is a fact where the snapshots were read, and no lock is none.
    ...(facts.current === null && Array.isArray(facts.snapshots) && { current: t('base') }),
  }
  if (found.lock === null) delete found.lock
  if (found.currentUnknown === true) {
    delete found.currentUnknown
    found.current = t('currentUnknown')
  }
  const told = { ...inOrder(found), ...(title !== null ? { step: title } : asked === undefined ? {} : { asked }) }
  const lines = evidenceLines(told, { t: words, format, now })
  if (lines.length === 0) return null
  return (
    <>
      <h3 className="sw-flow-group">{t('evidence')}</h3>
      <dl className="sw-evidence">
        {lines.map((line) => (
          <div key={line.label} className="contents">
            <dt>{line.label}</dt>
            <dd>{line.value}</dd>
          </div>
        ))}
      </dl>
    </>
  )
}

type MoveProps = { move: NextMove; operation: OperationView; isLocked: boolean }

function Move({ move, operation, isLocked }: MoveProps) {
  const t = useTranslations('operations.attention.moves')
  const plan = useTranslations('plan')
  const router = useRouter()
  const propose = useAction(proposePlan)
  const retry = useAction(retryOperation)
  const look = useAction(lookAgain)
  const [stillOpen, setStillOpen] = useState(false)
  const verify = useAction(verifyOperation)
  const mayNot = useRoleWords('snapshot.rollback')
  switch (move.move) {
    case 'propose':
      return (
        <MoveLine refusal={propose.refusal ?? retry.refusal}>
          <Button
            full
            busy={propose.busy || retry.busy}
            disabledReason={isLocked ? t('wait-first') : null}
            onClick={() =>
              // Of a deletion some may be gone already: what is left is planned, not what was asked.
              move.intent.do === 'delete'
                ? retry.run({ id: operation.id }, (made) => router.push(`/plans/${planIdOf(made)}`))
                : propose.run({ intent: move.intent }, (made) => router.push(`/plans/${planIdOf(made)}`))
            }
          >
            {move.intent.do === 'rollback' && isHalfDone(operation)
              ? t('finish-rollback')
              : describeInstead(move.intent, plan)}
          </Button>
        </MoveLine>
      )
    case 'look-again':
      return (
        <MoveLine hint={t('look-again-hint')} refusal={look.refusal}>
          <Button
            full
            busy={look.busy}
            disabledReason={mayNot}
            onClick={() => look.run({ id: operation.id }, ({ state }) => setStillOpen(state === 'needs-attention'))}
          >
            {t('look-again')}
          </Button>
          <p role="status" className="text-12 text-text-2">
            {stillOpen && !look.busy ? t('still-open') : null}
          </p>
        </MoveLine>
      )
    case 'run-on-node':
      if (!isLocked) return null
      return (
        <MoveLine hint={t(operation.intent.do === 'rollback' ? 'run-on-node-rollback' : 'run-on-node')} refusal={null}>
          <CodeBlock code={move.command} wrap />
        </MoveLine>
      )
    case 'start-by-hand':
      return (
        <div>
          <span className="font-strong">{t('start-by-hand')}</span>
          <p className="mt-1 mb-1.5 text-12 text-text-3">{t('start-by-hand-hint')}</p>
          <CodeBlock code={move.command} wrap />
        </div>
      )
    case 'wait-for-unlock':
      return (
        <div role="status">
          <span className="font-strong">{t(isLocked ? 'wait-for-unlock' : 'unlocked')}</span>
          {isLocked && <p className="mt-1 text-12 text-text-3">{t('wait-for-unlock-hint')}</p>}
        </div>
      )
    case 'restore-backup':
      return (
        <MoveLine hint={t(`${move.move}-hint`)} refusal={null}>
          <span className="font-strong">{t(move.move)}</span>
        </MoveLine>
      )
    case 'accept':
      return (
        <MoveLine hint={t('accept-hint')} refusal={verify.refusal}>
          <Button
            full
            busy={verify.busy}
            disabledReason={mayNot}
            onClick={() => verify.run({ id: operation.id, allGood: true, note: '', checks: [] }, () => undefined)}
          >
            {t('accept')}
          </Button>
        </MoveLine>
      )
  }
}

/** A rollback was sent and nobody can prove its end: what is planned now finishes it. */
const isHalfDone = ({ attention }: OperationView): boolean =>
  attention?.moves.some(({ move }) => move === 'restore-backup') ?? false

function MoveLine({ children, hint, refusal }: { children: ReactNode; hint?: string; refusal: Reason | null }) {
  return (
    <div>
      {children}
      {hint === undefined ? null : <p className="mt-1 text-12 text-text-3">{hint}</p>}
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </div>
  )
}

/** What was left undone, as a new plan: looked at and confirmed like any other. */
function Again({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations')
  const router = useRouter()
  const retry = useAction(retryOperation)
  if (operation.state === 'needs-attention') return null
  return (
    <MoveLine refusal={retry.refusal}>
      <Button
        full
        busy={retry.busy}
        onClick={() => retry.run({ id: operation.id }, (made) => router.push(`/plans/${planIdOf(made)}`))}
      >
        {operation.children.length > 0 ? t('partial.finish') : t('again')}
      </Button>
    </MoveLine>
  )
}
