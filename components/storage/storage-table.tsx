'use client'
import Link from 'next/link'
/** Storages with their usage. The same rows on the overview and on the storage page. */
import { useTranslations } from 'next-intl'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import { Meter, usageSeverity } from '@/components/ui/meter'
import { SeverityBadge } from '@/components/ui/severity'
import { elapsedMillis } from '@/lib/domain/units'
import type { StorageRow } from '@/lib/domain/view'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { useFormat } from '@/lib/i18n/use-format'
import { Sparkline, useOutlookWords } from './outlook'
import { useUsageLines } from './use-usage-lines'

/** Used share, or null when either figure is not known. */
function usedShare(storage: Pick<StorageRow, 'usedBytes' | 'capacityBytes'>): number | null {
  const { usedBytes, capacityBytes } = storage
  return usedBytes === null || capacityBytes === null || capacityBytes === 0 ? null : usedBytes / capacityBytes
}

type UsageProps = { storage: StorageRow; lines: UsageLines }

/** The bar and the percentage beside it: a number, a severity where there is one, and the time when it is stale. */
export function UsageCell({ storage, lines }: UsageProps) {
  const now = useNow()
  return (
    <span className="sw-usage-cell">
      <Meter
        used={storage.usedBytes}
        capacity={storage.capacityBytes}
        held={storage.snapshotBytes}
        stale={storage.stale ? { age: elapsedMillis(storage.collectedAt, now) } : null}
        ticks={lines}
      />
      <UsageFigure storage={storage} lines={lines} />
    </span>
  )
}

export function UsageFigure({ storage, lines }: UsageProps) {
  const format = useFormat()
  const common = useTranslations('common')
  const share = usedShare(storage)
  if (share === null) return <span className="text-text-3">{common('notKnown')}</span>
  const text = format.percent(share, 'cell')
  if (storage.stale) {
    return (
      <SeverityBadge severity="stale" plain>
        <span className="num">{text}</span>
      </SeverityBadge>
    )
  }
  const severity = usageSeverity(share, lines)
  if (severity === 'ok') return <span className="num pl-5">{text}</span>
  return (
    <SeverityBadge severity={severity} plain>
      <span className="num">{text}</span>
    </SeverityBadge>
  )
}

export function StorageTable({ storages, label }: { storages: StorageRow[]; label: string }) {
  const t = useTranslations('overview.storage')
  const words = useOutlookWords()
  const linesOf = useUsageLines()
  return (
    <table className="sw-table" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">{t('pool')}</th>
          <th scope="col" className="w-22 max-md:hidden">
            {t('type')}
          </th>
          <th scope="col" className="w-[28%] max-md:w-[50%]">
            {t('used')}
          </th>
          <th scope="col" className="w-26 max-xl:hidden">
            {t('trend')}
          </th>
          <th scope="col" className="w-32 max-md:hidden">
            {t('toFull')}
          </th>
          <th scope="col" className="w-24 sw-number max-md:hidden">
            {t('free')}
          </th>
        </tr>
      </thead>
      <tbody>
        {storages.map((storage) => (
          <tr key={storage.id}>
            <th scope="row" title={`${storage.name} · ${storage.connectionName}`}>
              <Link href={`/storage/${storage.id}`} className="sw-name" prefetch={false}>
                {storage.name}
              </Link>{' '}
              <span className="text-text-2">{storage.connectionName}</span>
            </th>
            <td className="text-text-2 max-md:hidden">{storage.type}</td>
            <td className="sw-overflow">
              <UsageCell storage={storage} lines={linesOf(storage)} />
              <span className="text-12 text-text-2 md:hidden block">{words(storage)}</span>
            </td>
            <td className="max-xl:hidden">
              <Sparkline storage={storage} lines={linesOf(storage)} />
            </td>
            <td className="max-md:hidden">{words(storage)}</td>
            <td className="sw-number max-md:hidden">
              <Bytes value={storage.availableBytes} cell />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
