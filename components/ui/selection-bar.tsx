'use client'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { Button } from './button'

/**
 * Docked under the table, never over rows: how many, what they add up to, what can be done, Clear.
 * `hiddenCount` = selected rows that the filter hides. Renders nothing when nothing is selected.
 */
export function SelectionBar({
  title,
  summary,
  count,
  hiddenCount = 0,
  actions,
  onClear,
}: {
  /** "6 guests" */
  title: ReactNode
  /** "18 snapshots, 839 GiB" */
  summary?: ReactNode
  count: number
  hiddenCount?: number
  actions?: ReactNode
  onClear: () => void
}) {
  const t = useTranslations('ui')
  if (count === 0) return null
  return (
    <section className="sw-selection-bar" aria-label={t('table.selectionActions')}>
      <span className="font-strong">{title}</span>
      {summary ? <span className="text-text-2">{summary}</span> : null}
      {hiddenCount > 0 ? (
        <span className="text-text-2">{t('table.hiddenSelected', { count: hiddenCount })}</span>
      ) : null}
      <span className="flex-1" />
      {actions}
      <Button variant="quiet" keys="Esc" onClick={onClear}>
        {t('table.clear')}
      </Button>
    </section>
  )
}
