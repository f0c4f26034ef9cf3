'use client'
/** What fires, in its groups, by keyboard and by hand; the selected one beside the list where there is room. */
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type MouseEvent, type ReactNode, useCallback, useMemo, useState } from 'react'
import { Button } from '@/components/ui/button'
import { useShortcut } from '@/components/ui/keyboard'
import { useRecordOrder } from '@/components/ui/record-keys'
import { RowBlock } from '@/components/ui/row-block'
import { useIsWide } from '@/components/ui/use-media'
import type { AlertInbox, InboxRow } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { AlertPanel } from './alert-panel'
import { AlertRow } from './alert-row'

/** About a screen of rows. */
const BLOCK = 20

/** An effect stays with its cause while a block has not become twice as long: a line joins them. */
function inBlocks(rows: readonly InboxRow[]): InboxRow[][] {
  const blocks: InboxRow[][] = []
  for (const row of rows) {
    const block = blocks.at(-1)
    if (block === undefined || block.length >= (row.nested ? 2 * BLOCK : BLOCK)) blocks.push([row])
    else block.push(row)
  }
  return blocks
}

type Props = { inbox: AlertInbox; onMore: () => void; empty: ReactNode }

export function OpenList({ inbox: { rows, total, show, counts }, onMore, empty }: Props) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const router = useRouter()
  const wide = useIsWide()
  const [chosen, setChosen] = useState<string | null>(null)
  useRecordOrder(
    'alert',
    useMemo(() => rows.map(({ alert }) => alert.id), [rows]),
  )
  const selected = (rows.find(({ alert }) => alert.id === chosen) ?? rows[0])?.alert
  const move = (by: 1 | -1) => {
    const at = rows.findIndex(({ alert }) => alert.id === selected?.id) + by
    if (at >= rows.length && rows.length < total) onMore()
    const next = rows[Math.min(rows.length - 1, Math.max(0, at))]
    if (next === undefined) return
    setChosen(next.alert.id)
    const link = document.querySelector<HTMLElement>(`[data-alert="${next.alert.id}"]`)
    link?.focus()
    link?.scrollIntoView({ block: 'nearest' })
  }
  useShortcut('j', () => move(1))
  useShortcut('k', () => move(-1))
  useShortcut('ArrowDown', () => move(1))
  useShortcut('ArrowUp', () => move(-1))
  useShortcut('o', () => selected !== undefined && router.push(`/alerts/${selected.id}`))
  const onSelect = useCallback((id: string, event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey) return
    event.preventDefault()
    setChosen(id)
  }, [])
  if (rows.length === 0) return empty
  const list = (group: readonly InboxRow[], urgent: boolean) => (
    // biome-ignore lint/a11y/useSemanticElements: its items are in blocks
    <div role="list" className="sw-alerts">
      {inBlocks(group).map((block, place) => (
        // By place: what comes on top moves one row over each border, and every other one stays.
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is a place in the list
        <RowBlock key={place}>
          {block.map(({ alert, nested }) => (
            <AlertRow
              key={alert.id}
              alert={alert}
              nested={nested}
              urgent={urgent && !nested}
              current={wide && alert.id === selected?.id}
              onSelect={wide ? onSelect : undefined}
            />
          ))}
        </RowBlock>
      ))}
    </div>
  )
  return (
    <div className="sw-split sw-inbox-split">
      <div className="main">
        {show === 'silenced' ? (
          <section aria-label={t('show.silenced')}>{list(rows, false)}</section>
        ) : (
          (['now', 'later'] as const).map((key) => {
            const group = rows.filter((row) => row.group === key)
            return group.length === 0 ? null : (
              <section key={key} aria-label={t(`group.${key}`)}>
                <h2 className="sw-alert-group num">
                  {t('groupCount', { name: t(`group.${key}`), count: format.number(counts[key]) })}
                </h2>
                {list(group, key === 'now')}
              </section>
            )
          })
        )}
        {rows.length < total && (
          <p className="flex items-center gap-3 px-6 max-md:px-4 py-3 text-text-2">
            <Button onClick={onMore}>{t('more')}</Button>
            {t('shown', { shown: format.number(rows.length), total: format.number(total) })}
          </p>
        )}
      </div>
      {wide && selected !== undefined && (
        <aside className="side" aria-label={t('card.label')}>
          <AlertPanel key={selected.id} alertId={selected.id} />
        </aside>
      )}
    </div>
  )
}
