'use client'
/** One storage: how full, from which figures, and what is in it. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { UnreadNotice } from '@/components/inventory/guest-notices'
import { useNow } from '@/components/ui/clock'
import { DefinitionList } from '@/components/ui/facts'
import { Meter, MeterLegend } from '@/components/ui/meter'
import { PageHeader } from '@/components/ui/page'
import { Tag } from '@/components/ui/state-marks'
import { StaleNotice } from '@/components/ui/states'
import { TimeAgo } from '@/components/ui/time-ago'
import { elapsedMillis } from '@/lib/domain/units'
import type { StorageDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { StorageContents } from './storage-contents'
import { UsageFigure } from './storage-table'

export function StorageDetailPage({ storageId }: { storageId: string }) {
  const t = useTranslations('storage')
  const format = useFormat()
  const now = useNow()
  const { data: storage } = useSuspenseQuery(q.storage(storageId))
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader
        crumbs={[
          { label: t('details.crumbs'), href: '/storage' },
          { label: storage.connectionName, href: `/connections/${storage.connectionId}` },
        ]}
        title={storage.name}
        aside={
          <>
            <Tag>{storage.type}</Tag>
            {!storage.active && <Tag>{t('inactive')}</Tag>}
          </>
        }
        meta={
          <span className="text-text-3">
            {t('details.read')} <TimeAgo at={storage.collectedAt} />
          </span>
        }
      />
      <div className="px-6 max-md:px-4 flex flex-col gap-2 pb-3 empty:hidden">
        {storage.stale && (
          <StaleNotice title={t('stale.title')}>
            {t('stale.text', {
              connection: storage.connectionName,
              time: format.date(storage.collectedAt, 'moment', now),
            })}
          </StaleNotice>
        )}
        {!storage.stale && <UnreadNotice section="volumes" freshness={storage.volumesFreshness} />}
      </div>
      <p className="px-6 max-md:px-4 pb-2 flex justify-end">
        <MeterLegend />
      </p>
      <Usage storage={storage} />
      <StorageContents storage={storage} />
    </div>
  )
}

function Usage({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.details')
  const table = useTranslations('storage')
  const common = useTranslations('common')
  const format = useFormat()
  const now = useNow()
  const bytes = (value: number | null) => (value === null ? common('notKnown') : format.bytes(value))
  const hint = storage.source === 'libvirt-pool' ? t('sourceHint.libvirt-pool') : null
  return (
    <section className="px-6 max-md:px-4 pb-4" aria-label={t('largeUsage', { name: storage.name })}>
      <div className="flex items-center gap-4 pb-4">
        <Meter
          large
          className="flex-1"
          used={storage.usedBytes}
          capacity={storage.capacityBytes}
          held={storage.snapshotBytes}
          stale={storage.stale ? { age: elapsedMillis(storage.collectedAt, now) } : null}
        />
        <UsageFigure storage={storage} />
      </div>
      <div className="grid gap-x-10 gap-y-1.5 md:grid-cols-2">
        <DefinitionList
          labelWidth={116}
          items={[
            [table('used'), bytes(storage.usedBytes)],
            [table('free'), bytes(storage.availableBytes)],
            [table('capacity'), bytes(storage.capacityBytes)],
            [
              table('snapshots'),
              storage.snapshotBytes === null
                ? t('snapshotBytesUnknown')
                : t(storage.snapshotConfidence === 'exact' ? 'snapshotBytes' : 'snapshotBytesAtLeast', {
                    size: format.bytes(storage.snapshotBytes),
                  }),
            ],
          ]}
        />
        <DefinitionList
          labelWidth={116}
          items={[
            [table('provisioned'), <Provisioned key="provisioned" storage={storage} />],
            storage.node === '' ? null : [t('node'), storage.node],
            storage.path === null
              ? null
              : [
                  t('path'),
                  <span key="path" className="sw-mono wrap-anywhere">
                    {storage.path}
                  </span>,
                ],
            [
              t('source'),
              <span key="source">
                {t(`sourceValue.${storage.source}`)}
                {hint !== null && <span className="block text-12 text-text-3">{hint}</span>}
              </span>,
            ],
          ]}
        />
      </div>
    </section>
  )
}

function Provisioned({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage.details')
  const format = useFormat()
  if (storage.provisionedBytes === null) return t('provisionedUnknown')
  const size = format.bytes(storage.provisionedBytes)
  if (storage.capacityBytes === null || storage.capacityBytes === 0) return size
  return `${size}. ${t('overcommit', { share: format.percent(storage.provisionedBytes / storage.capacityBytes) })}`
}
