'use client'
/** The inbox: what needs a person now, what can wait, what is silenced, what is over; the selected one beside the list. */
import { useInfiniteQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Bell, BellOff, CircleCheck } from 'lucide-react'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { Button, ButtonLink } from '@/components/ui/button'
import { Segmented } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { useShortcut } from '@/components/ui/keyboard'
import { PageHeader } from '@/components/ui/page'
import { EmptyState } from '@/components/ui/states'
import { useIsWide } from '@/components/ui/use-media'
import type { AlertView } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { AlertPanel } from './alert-panel'
import { AlertRow, ClosedRow } from './alert-row'
import { countHeads, groupAlerts, type InboxRow } from './inbox-order'

type Show = 'open' | 'silenced' | 'closed'

export function InboxPage() {
  const t = useTranslations('inbox')
  const format = useFormat()
  const now = useNow()
  const { data } = useSuspenseQuery(q.alerts())
  const [show, setShow] = useState<Show>('open')
  const heard = groupAlerts(
    data.alerts.filter(({ silence }) => silence === null),
    now,
  )
  const silenced = groupAlerts(
    data.alerts.filter(({ silence }) => silence !== null),
    now,
  )
  const counts = { now: countHeads(heard.now), later: countHeads(heard.later) }
  const date = format.date(now, 'full', now)
  return (
    <div className="sw-inbox">
      <PageHeader
        title={t('title')}
        sub={
          counts.now + counts.later === 0
            ? t('sub.quiet', { date })
            : t('sub.now', { now: counts.now, later: format.number(counts.later), date })
        }
        actions={
          <>
            <ButtonLink href="/alerts/rules">{t('rules')}</ButtonLink>
            <Segmented
              label={t('show.label')}
              hideLabel
              name="show"
              value={show}
              onChange={setShow}
              options={[
                { value: 'open', label: <Counted word={t('show.open')} count={counts.now + counts.later} /> },
                {
                  value: 'silenced',
                  label: <Counted word={t('show.silenced')} count={countHeads([...silenced.now, ...silenced.later])} />,
                },
                { value: 'closed', label: t('show.closed') },
              ]}
            />
          </>
        }
      />
      {show === 'closed' ? (
        <ClosedList />
      ) : show === 'silenced' ? (
        <OpenList
          key="silenced"
          groups={[{ key: 'later', rows: [...silenced.now, ...silenced.later] }]}
          empty={<Empty what="silenced" />}
        />
      ) : (
        <OpenList
          key="open"
          groups={[
            { key: 'now', rows: heard.now },
            { key: 'later', rows: heard.later },
          ]}
          titled
          empty={<Empty what="open" />}
        />
      )}
    </div>
  )
}

function Counted({ word, count }: { word: string; count: number }) {
  const format = useFormat()
  return (
    <>
      {word} {count > 0 && <span className="num">{format.number(count)}</span>}
    </>
  )
}

const ICONS = { open: Bell, silenced: BellOff, closed: CircleCheck }
function Empty({ what }: { what: Show }) {
  const t = useTranslations('inbox.empty')
  return (
    <EmptyState icon={ICONS[what]} title={t(what)}>
      {t(`${what}Text`)}
    </EmptyState>
  )
}

type Group = { key: 'now' | 'later'; rows: InboxRow<AlertView>[] }

/** Groups under their heads, with one selected where there is room for it beside the list. */
function OpenList({
  groups,
  titled = false,
  empty,
}: {
  groups: readonly Group[]
  titled?: boolean
  empty: React.ReactNode
}) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const router = useRouter()
  const wide = useIsWide()
  const [chosen, setChosen] = useState<string | null>(null)
  const rows = groups.flatMap((group) => group.rows.map(({ alert }) => alert))
  const selected = rows.find(({ id }) => id === chosen) ?? rows[0]
  const move = (by: 1 | -1) => {
    const at = rows.findIndex(({ id }) => id === selected?.id)
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + by))]
    if (next === undefined) return
    setChosen(next.id)
    const link = document.querySelector<HTMLElement>(`[data-alert="${next.id}"]`)
    link?.focus()
    link?.scrollIntoView({ block: 'nearest' })
  }
  useShortcut('j', () => move(1))
  useShortcut('k', () => move(-1))
  useShortcut('ArrowDown', () => move(1))
  useShortcut('ArrowUp', () => move(-1))
  useShortcut('o', () => selected !== undefined && router.push(`/alerts/${selected.id}`))
  if (rows.length === 0) return empty
  return (
    <div className="sw-split sw-inbox-split">
      <div className="main">
        {groups.map(({ key, rows: inGroup }) =>
          inGroup.length === 0 ? null : (
            <section key={key} aria-label={titled ? t(`group.${key}`) : t('show.silenced')}>
              {titled && (
                <h2 className="sw-alert-group">
                  {t(`group.${key}`)}, <span className="num">{format.number(countHeads(inGroup))}</span>
                </h2>
              )}
              <ul className="sw-alerts">
                {inGroup.map(({ alert, nested }) => (
                  <AlertRow
                    key={alert.id}
                    alert={alert}
                    nested={nested}
                    urgent={titled && key === 'now' && !nested}
                    current={wide && alert.id === selected?.id}
                    onSelect={
                      wide
                        ? (event) => {
                            if (event.metaKey || event.ctrlKey || event.shiftKey) return
                            event.preventDefault()
                            setChosen(alert.id)
                          }
                        : undefined
                    }
                  />
                ))}
              </ul>
            </section>
          ),
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

function ClosedList() {
  const t = useTranslations('inbox')
  const { data, fetchNextPage, hasNextPage, isFetchingNextPage } = useInfiniteQuery(q.closedAlertWindows())
  if (data === undefined) return null
  const alerts = data.pages.flatMap((page) => page.alerts)
  if (alerts.length === 0) return <Empty what="closed" />
  return (
    <div>
      <ul className="sw-alerts" aria-label={t('show.closed')}>
        {alerts.map((alert) => (
          <ClosedRow key={alert.id} alert={alert} />
        ))}
      </ul>
      {hasNextPage && (
        <div className="px-6 py-3">
          <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  )
}
