'use client'
/** The plan was made again and differs: what was added, what is no longer there. Consent is asked anew. */
import { useTranslations } from 'next-intl'
import { Notice } from '@/components/ui/notice'
import type { Plan } from '@/lib/domain/plan'
import { describeCommand } from '@/lib/i18n/commands'
import { lossLines } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'

/** Differences told before the rest is only counted. */
const SHOWN = 6

export function PlanDifference({ before, after }: { before: Plan; after: Plan }) {
  const t = useTranslations('plan')
  const lines = usePlanLines()
  const [was, is] = [lines(before), lines(after)]
  const added = is.filter((line) => !was.includes(line)).map((text) => t('changed.added', { text }))
  const removed = was.filter((line) => !is.includes(line)).map((text) => t('changed.removed', { text }))
  const all = [...added, ...removed]
  return (
    <Notice tone="warning" title={t('changed.title')} live="polite">
      <p>{t('changed.text')}</p>
      <ul className="mt-1 list-none">
        {all.slice(0, SHOWN).map((line) => (
          <li key={line} className="wrap-anywhere">
            {line}
          </li>
        ))}
        {all.length > SHOWN && <li>{t('happen.more', { count: all.length - SHOWN })}</li>}
        {all.length === 0 && <li>{t('changed.same')}</li>}
      </ul>
    </Notice>
  )
}

/** Steps and losses of a plan, as the lines a person has read. */
function usePlanLines(): (plan: Plan) => string[] {
  const t = useTranslations('plan')
  const commands = useTranslations('commands')
  const format = useFormat()
  return (plan) => [
    ...plan.steps.map(({ command }) => describeCommand(command, { t: commands, format }).title),
    ...lossLines(plan.losses, { t, format }).map(({ label, value }) => `${label}: ${value}`),
  ]
}
