'use client'
/** Every storage of every connection, the first to be full first. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Database } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { ButtonLink } from '@/components/ui/button'
import { Bytes } from '@/components/ui/bytes'
import { MeterLegend } from '@/components/ui/meter'
import { PageHeader } from '@/components/ui/page'
import { useRecordOrder } from '@/components/ui/record-keys'
import { Tag } from '@/components/ui/state-marks'
import { EmptyState } from '@/components/ui/states'
import type { StorageRow } from '@/lib/domain/view'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { q } from '@/lib/web/queries'
import { Sparkline, useOutlookWords } from './outlook'
import { UsageCell } from './storage-table'
import { useUsageLines } from './use-usage-lines'

export function StoragePage() {
  const t = useTranslations('storage')
  const { data: storages } = useSuspenseQuery(q.storages())
  useRecordOrder(
    'storage',
    useMemo(() => storages.map(({ id }) => id), [storages]),
  )
  const linesOf = useUsageLines()
  const connections = new Set(storages.map((storage) => storage.connectionId)).size
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader title={t('title')} sub={t('sub', { count: storages.length, connections })} />
      {storages.length === 0 ? (
        <EmptyState
          icon={Database}
          title={t('empty.title')}
          actions={<ButtonLink href="/connections">{t('empty.add')}</ButtonLink>}
        >
          {t('empty.text')}
        </EmptyState>
      ) : (
        <>
          <p className="px-6 max-md:px-4 pb-2 flex justify-end">
            <MeterLegend ticks={linesOf(null)} />
          </p>
          <table className="sw-table sw-storage-table" aria-label={t('list')}>
            <Head />
            <tbody>
              {storages.map((storage) => (
                <StorageLine key={storage.id} storage={storage} lines={linesOf(storage)} />
              ))}
            </tbody>
          </table>
        </>
      )}
    </div>
  )
}

function Head() {
  const t = useTranslations('storage')
  return (
    <thead>
      <tr>
        <th scope="col">{t('name')}</th>
        <th scope="col" className="w-36 max-lg:hidden">
          {t('connection')}
        </th>
        <th scope="col" className="w-24 max-md:hidden">
          {t('type')}
        </th>
        <th scope="col" className="w-70 max-md:w-[50%]">
          {t('used')}
        </th>
        <th scope="col" className="w-36 max-md:hidden">
          {t('toFull')}
        </th>
        <th scope="col" className="w-28 max-xl:hidden">
          {t('trend')}
        </th>
        <th scope="col" className="w-26 sw-number max-md:hidden">
          {t('free')}
        </th>
        <th scope="col" className="w-26 sw-number max-[96rem]:hidden">
          {t('capacity')}
        </th>
        <th scope="col" className="w-26 sw-number max-[96rem]:hidden">
          {t('snapshots')}
        </th>
        <th scope="col" className="w-30 sw-number max-xl:hidden">
          {t('orphans')}
        </th>
      </tr>
    </thead>
  )
}

function StorageLine({ storage, lines }: { storage: StorageRow; lines: UsageLines }) {
  const t = useTranslations('storage')
  const common = useTranslations('common')
  const words = useOutlookWords()
  return (
    <tr>
      <th scope="row">
        <Link href={`/storage/${storage.id}`} className="sw-name" prefetch={false}>
          {storage.name}
        </Link>{' '}
        {!storage.active && <Tag>{t('inactive')}</Tag>}
        <span className="text-text-2 lg:hidden"> {storage.connectionName}</span>
      </th>
      <td className="text-text-2 max-lg:hidden">{storage.connectionName}</td>
      <td className="text-text-2 max-md:hidden">{storage.type}</td>
      <td className="sw-overflow">
        <UsageCell storage={storage} lines={lines} />
        <span className="text-12 text-text-2 md:hidden block">{words(storage)}</span>
      </td>
      <td className="max-md:hidden">{words(storage)}</td>
      <td className="max-xl:hidden">
        <Sparkline storage={storage} lines={lines} />
      </td>
      <td className="sw-number max-md:hidden">
        <Bytes value={storage.availableBytes} cell />
      </td>
      <td className="sw-number max-[96rem]:hidden">
        <Bytes value={storage.capacityBytes} cell />
      </td>
      <td className="sw-number max-[96rem]:hidden">
        <Bytes value={storage.snapshotBytes} confidence={storage.snapshotConfidence} cell />
      </td>
      <td className="sw-number max-xl:hidden">
        {storage.orphanCount === null ? (
          <span className="text-text-3">{common('notKnown')}</span>
        ) : (
          <span className={storage.orphanCount === 0 ? 'text-text-3' : undefined}>
            {t('orphanFiles', { count: storage.orphanCount })}
          </span>
        )}
      </td>
    </tr>
  )
}
