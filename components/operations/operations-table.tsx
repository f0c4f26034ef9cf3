'use client'
/** Operations as rows: newest first, state in words and shape, predicted beside actual in one word. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { ProgressBar } from '@/components/ui/meter'
import { SeverityBadge } from '@/components/ui/severity'
import { DateTime } from '@/components/ui/time-ago'
import { shownActor } from '@/lib/domain/actor'
import type { OperationRow } from '@/lib/domain/operation'
import { elapsedMillis } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { useGuestNames } from './guest-names'
import { stateSeverity, useOperationKind } from './operation-words'
import { Agreement } from './predicted-vs-actual'

/** Nothing is ever compared of what was called off or only sums up others; of what needs a person it still is. */
const mayBeCompared = ({ predictedMatches, state }: OperationRow): boolean =>
  predictedMatches !== null || state === 'needs-attention'

type Props = {
  rows: readonly OperationRow[]
  /** inside a page with its own margins */
  plain?: boolean
  /** the page is one guest's: its column says nothing */
  oneGuest?: boolean
}

export function OperationsTable({ rows, plain = false, oneGuest = false }: Props) {
  const t = useTranslations('operations')
  return (
    <table className={plain ? 'sw-table sw-table-flush' : 'sw-table'} aria-label={t('list')}>
      <thead>
        <tr>
          <th scope="col">{t('columns.what')}</th>
          {!oneGuest && (
            <th scope="col" className="w-[20%] max-md:hidden">
              {t('columns.guest')}
            </th>
          )}
          <th scope="col" className="w-40 max-md:w-[40%]">
            {t('columns.state')}
          </th>
          <th scope="col" className="w-36 max-lg:hidden">
            {t('columns.predicted')}
          </th>
          <th scope="col" className="w-40 max-xl:hidden">
            {t('columns.by')}
          </th>
          <th scope="col" className="w-30 max-md:hidden">
            {t('columns.started')}
          </th>
          <th scope="col" className="w-28 sw-number max-lg:hidden">
            {t('columns.took')}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <OperationLine key={row.id} row={row} oneGuest={oneGuest} />
        ))}
      </tbody>
    </table>
  )
}

function OperationLine({ row, oneGuest }: { row: OperationRow; oneGuest: boolean }) {
  const format = useFormat()
  const now = useNow()
  const kind = useOperationKind()
  const guests = useGuestNames()(row)
  // Guests of two hypervisors may bear one name.
  const place = row.connectionName === null ? guests : `${guests} ${row.connectionName}`
  const took =
    row.startedAt === null ? '' : format.duration(Math.max(0, elapsedMillis(row.startedAt, row.finishedAt ?? now)))
  return (
    <tr>
      <th scope="row" className="max-md:py-2!">
        <Link href={`/operations/${row.id}`} className="sw-name" prefetch={false}>
          {kind(row)}
        </Link>
        {!oneGuest && <span className="block text-12 text-text-2 md:hidden">{place}</span>}
        <span className="block text-12 text-text-3 md:hidden">
          <DateTime at={row.startedAt ?? row.createdAt} />
        </span>
      </th>
      {!oneGuest && (
        <td className="max-md:hidden" title={place}>
          {row.guestId === null ? (
            guests
          ) : (
            <Link href={`/guests/${row.guestId}`} className="sw-name" prefetch={false}>
              {guests}
            </Link>
          )}
          {row.connectionName !== null && <span className="text-text-3"> {row.connectionName}</span>}
        </td>
      )}
      <td>
        <OperationStateMark row={row} />
      </td>
      <td className="max-lg:hidden">{mayBeCompared(row) && <Agreement matches={row.predictedMatches} />}</td>
      <td className="text-text-2 max-xl:hidden" title={row.askedBy}>
        {shownActor(row.askedBy)}
      </td>
      <td className="max-md:hidden">
        <DateTime at={row.startedAt ?? row.createdAt} />
      </td>
      <td className="sw-number max-lg:hidden">{took}</td>
    </tr>
  )
}

/** State as shape and word; a running one also tells how far. */
function OperationStateMark({ row }: { row: OperationRow }) {
  const t = useTranslations('operations.state')
  const severity = stateSeverity(row.state)
  if (severity !== null)
    return (
      <SeverityBadge severity={severity} plain={row.state === 'succeeded'}>
        {t(row.state)}
      </SeverityBadge>
    )
  if (row.state !== 'running') return <span className="text-text-2">{t(row.state)}</span>
  return (
    <span className="block">
      {t('running')}
      <ProgressBar share={row.steps.total === 0 ? 0 : row.steps.over / row.steps.total} label={t('running')} />
    </span>
  )
}
