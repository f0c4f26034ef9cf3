'use client'
/** One storage: how full, when it is full, what takes the space, and what is in it. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { UnreadNotice } from '@/components/inventory/guest-notices'
import { useNow } from '@/components/ui/clock'
import { PageHeader } from '@/components/ui/page'
import { useRecordKeys } from '@/components/ui/record-keys'
import { Tag } from '@/components/ui/state-marks'
import { StaleNotice } from '@/components/ui/states'
import { TimeAgo } from '@/components/ui/time-ago'
import type { StorageDetail } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { StorageAside } from './storage-aside'
import { StorageContents } from './storage-contents'
import { StorageFacts } from './storage-facts'
import { StorageFuture } from './storage-future'
import { StorageSpace, TopGrowers } from './storage-space'
import { StorageSuitability } from './storage-suitability'
import { WaysToFree } from './ways-to-free'

export function StorageDetailPage({ storageId }: { storageId: string }) {
  const { data: storage } = useSuspenseQuery(q.storage(storageId))
  useRecordKeys('storage', storageId)
  return (
    <div className="sw-storage-split">
      <StorageAside current={storageId} />
      <div className="main" data-scroll>
        <Head storage={storage} />
        <Notices storage={storage} />
        <StorageFuture key={storage.id} storage={storage} />
        <div className="sw-storage-body">
          <StorageSpace storage={storage} />
          <aside className="side">
            <WaysToFree storageId={storageId} />
            <StorageSuitability storage={storage} />
            <TopGrowers storageId={storageId} />
            <StorageFacts storage={storage} />
          </aside>
        </div>
        <StorageContents storage={storage} />
      </div>
    </div>
  )
}

function Head({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage')
  return (
    <PageHeader
      className="pb-1"
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
  )
}

function Notices({ storage }: { storage: StorageDetail }) {
  const t = useTranslations('storage')
  const format = useFormat()
  const now = useNow()
  return (
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
  )
}
