'use client'
/** What Snapwarden is doing now, each leading to its run. Absent while nothing runs. */
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useGuestNames } from '@/components/operations/guest-names'
import { ProgressBar } from '@/components/ui/meter'
import { SectionHeader } from '@/components/ui/page'
import type { OperationRow } from '@/lib/domain/operation'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

/** More than these are looked at on their own page. */
const SHOWN = 5

export function RunningBlock() {
  const t = useTranslations('overview.running')
  const { data } = useQuery(q.operations({ state: 'running', limit: SHOWN }))
  if (data === undefined || data.rows.length === 0) return null
  return (
    <section aria-label={t('title')}>
      <SectionHeader title={t('title')} end={<Link href="/operations">{t('all')}</Link>} />
      <ul className="sw-running">
        {data.rows.map((row) => (
          <Running key={row.id} row={row} />
        ))}
      </ul>
    </section>
  )
}

function Running({ row }: { row: OperationRow }) {
  const t = useTranslations('overview.running')
  const format = useFormat()
  const guests = useGuestNames()(row)
  const what = t(`what.${row.kind}`)
  const { over, total } = overOf(row)
  const share = total === 0 ? 0 : over / total
  return (
    <li>
      <span className="what">
        <Link href={`/operations/${row.id}`} className="sw-name" prefetch={false}>
          {what}
        </Link>{' '}
        <span className="text-text-2">{guests}</span>
      </span>
      <span className="text-text-2 text-12">
        {row.children === null
          ? t('steps', { over: format.number(over), total: format.number(total) })
          : t('guests', { over: format.number(over), total: format.number(total) })}
      </span>
      <ProgressBar share={share} label={t('progress', { what, guest: guests })} />
      <span className="sw-number text-12">{format.percent(share)}</span>
    </li>
  )
}

/** How far: steps of one guest, guests of a batch. */
function overOf({ children, steps }: OperationRow): { over: number; total: number } {
  if (children === null) return steps
  const total = Object.values(children).reduce((sum, count) => sum + count, 0)
  return { over: total - children.queued - children.running, total }
}
