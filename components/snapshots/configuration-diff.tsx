'use client'
/** What the guest's configuration was at the snapshot and is now. Asked for when somebody looks, answered by the worker. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { useNow } from '@/components/ui/clock'
import { DiffBlock } from '@/components/ui/facts'
import { SkeletonRows } from '@/components/ui/states'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

type Props = { guest: GuestDetail; snapshot: SnapshotView }

export function ConfigurationDiff({ guest, snapshot }: Props) {
  const t = useTranslations('guest.details')
  const format = useFormat()
  const now = useNow()
  const { data, error, refetch } = useQuery({
    ...q.configuration(guest, snapshot.id),
    enabled: !snapshot.unmanaged,
  })
  if (snapshot.unmanaged) return null
  const when = snapshot.createdAt === null ? '' : format.date(snapshot.createdAt, 'moment', now)
  return (
    <section className="sw-side-section">
      <div className="flex items-baseline gap-2 mb-2">
        <h3 className="text-13 font-[600] flex-1">{t('configuration')}</h3>
        {data !== undefined && (
          <span className="text-12 text-text-3">{t('changes', { count: data.changes.length })}</span>
        )}
      </div>
      {data === undefined && error === null && (
        <SkeletonRows label={t('comparing', { connection: guest.connectionName })} rows={[[120, 60]]} />
      )}
      {error !== null && <ReasonNotice reason={reasonOfError(error)} onRetry={() => void refetch()} />}
      {data !== undefined && data.changes.length === 0 && <p className="text-text-2">{t('same')}</p>}
      {data !== undefined && data.changes.length > 0 && (
        <DiffBlock
          head={t('thenNow', { when })}
          lines={data.changes.map((change) => ({ name: change.key, before: change.then, after: change.now }))}
        />
      )}
    </section>
  )
}
