'use client'
/** The steps of an operation with their times; the running one tells how far it is. */
import { useTranslations } from 'next-intl'
import { useReasonText } from '@/components/inventory/reason-notice'
import { latest } from '@/components/plan/plan-facts'
import { useNow, useSeconds } from '@/components/ui/clock'
import { ProgressBar } from '@/components/ui/meter'
import { SeverityIcon } from '@/components/ui/severity'
import { VisuallyHidden } from '@/components/ui/visually-hidden'
import type { OperationStep, StepState } from '@/lib/domain/operation'
import { elapsedMillis, type Instant, SECOND } from '@/lib/domain/units'
import { describeCommand } from '@/lib/i18n/commands'
import { useFormat } from '@/lib/i18n/use-format'
import { stepShare } from './operation-facts'

/** `ended`: nothing more will run, so that what still waits was not done. */
export function StepProgress({ steps, ended }: { steps: readonly OperationStep[]; ended: boolean }) {
  const now = useNow()
  return (
    <ol className="sw-step-list">
      {steps.map((step) => (
        <StepLine
          key={step.key}
          step={ended && step.state === 'waiting' ? { ...step, state: 'skipped' } : step}
          now={now}
        />
      ))}
    </ol>
  )
}

function StepLine({ step, now }: { step: OperationStep; now: Instant }) {
  const t = useTranslations('operations')
  const commands = useTranslations('commands')
  const format = useFormat()
  const reasonText = useReasonText()
  const text = describeCommand(step.command, { t: commands, format })
  const running = step.state === 'asking' || step.state === 'following' || step.state === 'verifying'
  const present = useSeconds(running) ?? now
  const until = step.finishedAt ?? latest(present, step.askedAt ?? present)
  const took = step.askedAt === null ? '' : tookText(elapsedMillis(step.askedAt, until))
  return (
    <li data-state={step.state} aria-current={running ? 'step' : undefined}>
      <span className="mark">
        <StepMark state={step.state} />
      </span>
      <div className="words min-w-0 wrap-anywhere">
        <VisuallyHidden>{t(`step.${step.state}`)}: </VisuallyHidden>
        <span className={step.state === 'waiting' ? undefined : 'font-strong'}>{text.title}</span>{' '}
        <span className="text-text-2">
          {[text.detail, progressText(step)].filter((part) => part !== '').join(', ')}
        </span>
        {running && stepShare(step) > 0 && step.state !== 'verifying' && (
          <div className="mt-1.5 max-w-[360px]">
            <ProgressBar share={stepShare(step)} label={text.title} />
          </div>
        )}
        {step.why !== null && <p className="text-text-2">{reasonText(step.why)}</p>}
        {step.warnings.map((warning) => (
          <p key={warning} className="text-12 text-text-3">
            {warning}
          </p>
        ))}
      </div>
      <span className="time">
        {step.state === 'waiting' || step.state === 'skipped' ? t(`step.${step.state}`) : took}
      </span>
    </li>
  )

  /** What has only just begun has taken nothing worth a figure. */
  function tookText(millis: number): string {
    return running && millis < SECOND ? '' : format.duration(Math.max(0, millis))
  }

  function progressText({ progress, state }: OperationStep): string {
    if (state === 'verifying' || state === 'already-so' || state === 'unsure') return t(`step.${state}`)
    if (progress === null || !running) return ''
    if (progress.unit === 'percent') return t('progress.percent', { share: format.percent(progress.done / 100) })
    return progress.total === null
      ? t('progress.bytesOnly', { done: format.bytes(progress.done) })
      : t('progress.bytes', { done: format.bytes(progress.done), total: format.bytes(progress.total) })
  }
}

function StepMark({ state }: { state: StepState }) {
  switch (state) {
    case 'done':
    case 'already-so':
      return <SeverityIcon severity="ok" />
    case 'failed':
      return <SeverityIcon severity="critical" />
    case 'unsure':
      return <SeverityIcon severity="warning" />
    case 'asking':
    case 'following':
    case 'verifying':
      return <span className="turning" aria-hidden="true" />
    case 'waiting':
    case 'skipped':
      return <span className="empty-mark" aria-hidden="true" />
  }
}
