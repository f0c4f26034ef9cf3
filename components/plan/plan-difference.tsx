'use client'
/**
 * The plan was made again and differs: what was added, what is no longer there. It comes into view wherever one stands
 * on the page, and nothing is confirmed before somebody says it was read: the button under the hand meant another plan.
 */
import { useTranslations } from 'next-intl'
import { Checkbox } from '@/components/ui/choice'
import { IntoView } from '@/components/ui/into-view'
import { Notice } from '@/components/ui/notice'
import type { Plan } from '@/lib/domain/plan'
import { describeCommand } from '@/lib/i18n/commands'
import { lossLines } from '@/lib/i18n/consequences'
import { useFormat } from '@/lib/i18n/use-format'

/** Differences told before the rest is only counted. */
const SHOWN = 6

type Props = { before: Plan; after: Plan; read: boolean; onRead: (read: boolean) => void }

export function PlanDifference({ before, after, read, onRead }: Props) {
  const t = useTranslations('plan')
  const lines = usePlanLines()
  const [was, is] = [lines(before), lines(after)]
  const added = is.filter((line) => !was.includes(line)).map((text) => t('changed.added', { text }))
  const removed = was.filter((line) => !is.includes(line)).map((text) => t('changed.removed', { text }))
  const all = [...added, ...removed]
  return (
    <IntoView at="center">
      <Notice tone="critical" title={t('changed.title')} live="assertive">
        <p>{t('changed.text')}</p>
        <ul className="my-1.5 list-none font-strong text-text">
          {all.slice(0, SHOWN).map((line) => (
            <li key={line} className="wrap-anywhere">
              {line}
            </li>
          ))}
          {all.length > SHOWN && <li>{t('happen.more', { count: all.length - SHOWN })}</li>}
          {all.length === 0 && <li>{t('changed.same')}</li>}
        </ul>
        <Checkbox label={t('changed.read')} checked={read} onChange={(event) => onRead(event.currentTarget.checked)} />
      </Notice>
    </IntoView>
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
