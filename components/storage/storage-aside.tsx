'use client'
/** Every storage by time to full, beside the open one. */
import { useSuspenseQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Meter } from '@/components/ui/meter'
import { elapsedMillis } from '@/lib/domain/units'
import type { StorageRow } from '@/lib/domain/view'
import type { UsageLines } from '@/lib/engine/alerts/usage-lines'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { useOutlookWords } from './outlook'
import { UsageFigure } from './storage-table'
import { useUsageLines } from './use-usage-lines'

/** A fleet of hundreds has its list; beside one storage the first of them are enough. */
const SHOWN = 40

export function StorageAside({ current }: { current: string }) {
  const t = useTranslations('storage')
  const { data: storages } = useSuspenseQuery(q.storages())
  const shown = storages.slice(0, SHOWN)
  const linesOf = useUsageLines()
  const open = storages.find(({ id }) => id === current)
  const rows = open === undefined || shown.includes(open) ? shown : [...shown, open]
  return (
    <nav className="sw-storage-aside" aria-label={t('listAside')}>
      <div className="head">
        <h2>
          <Link href="/storage">{t('title')}</Link>
        </h2>
        <span className="text-12 text-text-3">{t('byTime')}</span>
      </div>
      {rows.map((storage) => (
        <AsideCard key={storage.id} storage={storage} lines={linesOf(storage)} current={storage.id === current} />
      ))}
    </nav>
  )
}

function AsideCard({ storage, lines, current }: { storage: StorageRow; lines: UsageLines; current: boolean }) {
  const t = useTranslations('storage')
  const words = useOutlookWords()
  const format = useFormat()
  const now = useNow()
  return (
    <Link href={`/storage/${storage.id}`} aria-current={current ? 'page' : undefined} className="card" prefetch={false}>
      <span className="name">
        <span className="sw-name">{storage.name}</span> <span className="text-text-2">{storage.connectionName}</span>
        <span className="figure">
          <UsageFigure storage={storage} lines={lines} />
        </span>
      </span>
      <Meter
        used={storage.usedBytes}
        capacity={storage.capacityBytes}
        held={storage.snapshotBytes}
        stale={storage.stale ? { age: elapsedMillis(storage.collectedAt, now) } : null}
        ticks={lines}
      />
      <span className="foot">
        <span>{storage.type}</span>
        <span>
          {storage.availableBytes !== null && `${t('freeOf', { size: format.bytes(storage.availableBytes) })}, `}
          {words(storage)}
        </span>
      </span>
    </Link>
  )
}
