'use client'
/** The order of a plan: each step with its guest, what proves it, and the line a person would type for the same. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { CodeBlock } from '@/components/ui/code-block'
import { SectionHeader } from '@/components/ui/page'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { GuestKind } from '@/lib/domain/inventory'
import type { Plan, Step } from '@/lib/domain/plan'
import { describeCommand, describeCondition } from '@/lib/i18n/commands'
import { timeText } from '@/lib/i18n/consequences'
import { nativeCommand } from '@/lib/i18n/native-command'
import { useFormat } from '@/lib/i18n/use-format'
import { guestNameIn } from './plan-facts'
import './plan.css'

/** Platform of a guest, where the page knows it. */
export type PlatformOf = (step: Pick<Step, 'guestId'>) => { kind: HypervisorKind; guestKind: GuestKind } | null

/** Steps drawn at once; a plan of a thousand deletions is read in parts. */
const STEPS_SHOWN = 60

export function StepOrder({ plan, platformOf }: { plan: Plan; platformOf: PlatformOf }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const [details, setDetails] = useState(false)
  const [all, setAll] = useState(false)
  const many = plan.parts.length > 1
  const merging = plan.merges.length > 0
  const commands = useTranslations('commands')
  const titleOf = (key: string): string | null => {
    const found = plan.steps.find((step) => step.key === key)
    return found === undefined ? null : describeCommand(found.command, { t: commands, format }).title
  }
  const shown = all ? plan.steps : plan.steps.slice(0, STEPS_SHOWN)
  return (
    <section>
      <SectionHeader
        title={t('order.heading')}
        note={merging ? t('order.note') : undefined}
        end={plan.time !== null && <span className="num text-text-2">{timeText(plan.time, { t, format })}</span>}
      />
      <div className="sw-order">
        <table className="sw-table sw-table-static">
          <colgroup>
            <col style={{ width: 60 }} />
            {many && <col style={{ width: '26%' }} />}
            <col />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">{t('order.number')}</th>
              {many && <th scope="col">{t('order.guest')}</th>}
              <th scope="col">{t('order.step')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((step, index) => (
              <StepRow
                key={step.key}
                step={step}
                number={index + 1}
                guest={many ? guestNameIn(plan, step.guestId) : null}
                platform={details ? platformOf(step) : null}
                details={details}
                undoneBy={titleOf(step.undo)}
              />
            ))}
          </tbody>
        </table>
      </div>
      <div className="flex gap-4 mt-2 text-12">
        <button type="button" className="sw-link" aria-expanded={details} onClick={() => setDetails(!details)}>
          {t(details ? 'order.hide' : 'order.show')}
        </button>
        {shown.length < plan.steps.length && (
          <button type="button" className="sw-link" onClick={() => setAll(true)}>
            {t('happen.more', { count: plan.steps.length - shown.length })}
          </button>
        )}
      </div>
    </section>
  )
}

function StepRow(props: {
  step: Step
  number: number
  guest: string | null
  platform: ReturnType<PlatformOf>
  details: boolean
  /** title of the step that takes it back; null = none does */
  undoneBy: string | null
}) {
  const t = useTranslations('plan.order')
  const commands = useTranslations('commands')
  const format = useFormat()
  const { step, details, platform } = props
  const text = describeCommand(step.command, { t: commands, format })
  const native = platform === null ? null : nativeCommand(step.command, platform.kind, platform.guestKind)
  const before = describeCondition(step.before, { t: commands, format })
  const after = step.proof === 'act' ? [t('act')] : describeCondition(step.after, { t: commands, format })
  return (
    <tr>
      <td className="num text-text-3 align-top pt-2!">{props.number}</td>
      {props.guest === null ? null : (
        <td className="font-strong align-top pt-2!" title={props.guest}>
          {props.guest}
        </td>
      )}
      <td className="step">
        <span className="font-strong wrap-anywhere">{text.title}</span>{' '}
        <span className="text-text-2 wrap-anywhere">{text.detail}</span>
        {details && (
          <>
            <dl className="sw-evidence">
              {before.length > 0 && (
                <>
                  <dt>{t('requires')}</dt>
                  <dd>{format.list(before)}</dd>
                </>
              )}
              {after.length > 0 && (
                <>
                  <dt>{t('proves')}</dt>
                  <dd>{format.list(after)}</dd>
                </>
              )}
              <dt>{t('undo')}</dt>
              <dd>{props.undoneBy ?? t('irreversible')}</dd>
            </dl>
            {native !== null && (
              <div className="mt-1.5">
                <span className="text-12 text-text-3">{t('native')}</span>
                <CodeBlock code={native} inline />
              </div>
            )}
          </>
        )}
      </td>
    </tr>
  )
}
