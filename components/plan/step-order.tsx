'use client'
/** The order of a plan: each step with its guest, what proves it, and the line a person would type for the same. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Breakable } from '@/components/ui/breakable'
import { CodeBlock } from '@/components/ui/code-block'
import { SectionHeader } from '@/components/ui/page'
import type { HypervisorKind } from '@/lib/domain/connection'
import type { GuestKind } from '@/lib/domain/inventory'
import type { Plan, Step, StepCost } from '@/lib/domain/plan'
import { describeCommand, describeCondition } from '@/lib/i18n/commands'
import { rangeText, timeText } from '@/lib/i18n/consequences'
import { nativeCommand } from '@/lib/i18n/native-command'
import { useFormat } from '@/lib/i18n/use-format'
import { addRanges, guestNameIn, mostNeeding } from './plan-facts'

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
  const costs = costsToShow(plan)
  const worst = mostNeeding(costs ?? [])
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
            <col className="number" />
            {many && <col className="guest" />}
            <col />
            {costs !== null && COST_COLUMNS.map((column) => <col key={column} className="cost" />)}
          </colgroup>
          <thead>
            <tr>
              <th scope="col">{t('order.number')}</th>
              {many && (
                <th scope="col" className="guest">
                  {t('order.guest')}
                </th>
              )}
              <th scope="col">{t('order.step')}</th>
              {costs !== null &&
                COST_COLUMNS.map((column) => (
                  <th key={column} scope="col" className="sw-number cost">
                    {t(`order.${column}`)}
                  </th>
                ))}
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
                cost={costs === null ? null : (costs[index] ?? null)}
                isWorst={worst === step.key}
                undoneBy={titleOf(step.undo)}
              />
            ))}
            {costs !== null && plan.steps.length > 1 && <Totals plan={plan} many={many} />}
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
  /** null = nothing is told of single steps */
  cost: StepCost | null
  /** the step that needs most of all */
  isWorst: boolean
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
        <td className="guest font-strong align-top pt-2!" title={props.guest}>
          {props.guest}
        </td>
      )}
      <td className="step">
        {props.guest === null ? null : (
          <span className="guest-line text-12 text-text-2 wrap-anywhere">{props.guest}</span>
        )}
        <span className="font-strong wrap-anywhere">
          <Breakable text={text.title} />
        </span>{' '}
        <span className="text-text-2 wrap-anywhere">{text.detail}</span>
        {props.cost !== null && <CostLine cost={props.cost} isWorst={props.isWorst} />}
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
                <CodeBlock code={native} inline wrap />
              </div>
            )}
          </>
        )}
      </td>
      {props.cost !== null && <CostCells cost={props.cost} isWorst={props.isWorst} />}
    </tr>
  )
}

const COST_COLUMNS = ['frees', 'needs', 'takes'] as const

/** Costs beside the steps: where the plan tells them, and any step has one. */
function costsToShow({ costs, steps }: Plan): StepCost[] | null {
  const told = costs?.some(({ needs, frees, insideImages }) =>
    [needs, frees, insideImages].some((range) => range.max !== 0),
  )
  return told && costs?.length === steps.length ? costs : null
}

/** What a step frees, needs and takes, in the words of the plan. */
function useCostText() {
  const t = useTranslations('plan')
  const format = useFormat()
  return ({ needs, frees, insideImages, time }: StepCost) => ({
    frees:
      frees.max === 0 && insideImages.max !== 0
        ? t('order.inside', { size: rangeText(insideImages, { t, format }) })
        : rangeText(frees, { t, format }),
    needs: rangeText(needs, { t, format }),
    takes: timeText(time, { t, format }),
  })
}

function CostCells({ cost, isWorst }: { cost: StepCost; isWorst: boolean }) {
  const t = useTranslations('plan.order')
  const text = useCostText()(cost)
  return COST_COLUMNS.map((column) => (
    <td key={column} className={`sw-number num cost align-top pt-2!${column === 'frees' ? '' : ' text-text-2'}`}>
      {column === 'needs' && isWorst ? (
        <span className="sw-text-warning font-strong" title={t('worst')}>
          {text.needs}
          <span className="sw-visually-hidden"> ({t('worst')})</span>
        </span>
      ) : (
        text[column]
      )}
    </td>
  ))
}

/** The same on a phone, where the columns have no room. */
function CostLine({ cost, isWorst }: { cost: StepCost; isWorst: boolean }) {
  const t = useTranslations('plan.order')
  const text = useCostText()(cost)
  return (
    <span className="cost-line num text-12 text-text-2">
      {t('frees')} {text.frees} · {t('needs')}{' '}
      <span className={isWorst ? 'sw-text-warning font-strong' : undefined}>{text.needs}</span>
    </span>
  )
}

function Totals({ plan, many }: { plan: Plan; many: boolean }) {
  const t = useTranslations('plan')
  const format = useFormat()
  const frees = addRanges(plan.space.map((effect) => effect.frees))
  const inside = addRanges(plan.space.map((effect) => effect.insideImages))
  const peak = addRanges(plan.space.map((effect) => effect.peak))
  const freed =
    frees.max === 0 && inside.max !== 0
      ? t('order.inside', { size: rangeText(inside, { t, format }) })
      : rangeText(frees, { t, format })
  return (
    <tr>
      <td />
      {many && (
        <th scope="row" className="guest font-strong text-left">
          {t('order.total')}
        </th>
      )}
      <td className="step">
        <span className={many ? 'guest-line font-strong' : 'font-strong'}>{t('order.total')}</span>
        <span className="cost-line num text-12 text-text-2">
          {t('order.frees')} {freed}
          {peak.max !== 0 && ` · ${t('order.peak', { size: rangeText(peak, { t, format }) })}`}
        </span>
      </td>
      <td className="sw-number num cost font-strong">{freed}</td>
      <td className="sw-number num cost text-text-2">
        {peak.max === 0 ? t('bytes.none') : t('order.peak', { size: rangeText(peak, { t, format }) })}
      </td>
      <td className="sw-number num cost font-strong">{timeText(plan.time, { t, format })}</td>
    </tr>
  )
}
