'use client'
/** The fleet at a glance. On first contact it leads with what needs no bytes: age, depth, memory, unmanaged, orphaned. */
import { useQuery, useSuspenseQuery } from '@tanstack/react-query'
import { Server } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { StorageTable } from '@/components/storage/storage-table'
import { useUsageLines } from '@/components/storage/use-usage-lines'
import { ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { KeyFigure, KeyFigures } from '@/components/ui/facts'
import { MeterLegend } from '@/components/ui/meter'
import { Notice } from '@/components/ui/notice'
import { PageHeader, SectionHeader } from '@/components/ui/page'
import { EmptyState } from '@/components/ui/states'
import { elapsedMillis } from '@/lib/domain/units'
import type { AttentionItem, Overview } from '@/lib/domain/view'
import { ADVISED_CHAIN_DEPTH } from '@/lib/engine/chain/merge-advice'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { AttentionList } from './attention-list'
import { LimitsBlock } from './limits-block'
import { RunningBlock } from './running-block'

export function OverviewPage({ mayManage }: { mayManage: boolean }) {
  const t = useTranslations('overview')
  const format = useFormat()
  const now = useNow()
  const { data: overview } = useSuspenseQuery(q.overview())
  const linesOf = useUsageLines()
  const alerts = useQuery(q.shell()).data?.counts.alerts ?? 0
  if (overview.connections === 0) {
    return (
      <EmptyState
        page
        icon={Server}
        title={t('empty.title')}
        actions={
          mayManage && (
            <ButtonLink variant="primary" href="/connections/new">
              {t('empty.add')}
            </ButtonLink>
          )
        }
      >
        {t('empty.text')}
      </EmptyState>
    )
  }
  return (
    <div className="flex-1 min-h-0 overflow-auto flex flex-col" data-scroll>
      <PageHeader
        title={
          overview.attentionTotal > 0
            ? t('title', { count: overview.attentionTotal, now: overview.attention.filter(needsNow).length })
            : alerts > 0
              ? t('titleAlerts', { count: alerts })
              : t('titleNone')
        }
        sub={t('sub', {
          date: format.date(now, 'long', now),
          guests: overview.guests,
          connections: overview.connections,
        })}
      />
      <FirstReading />
      <AttentionList overview={overview} />
      <Figures overview={overview} />
      <div className="sw-overview-body">
        <section>
          <SectionHeader
            className="px-6 max-md:px-4 pt-1"
            title={t('storage.title')}
            note={t('storage.note')}
            end={
              <span className="flex items-baseline gap-x-5">
                <span className="max-md:hidden">
                  <MeterLegend ticks={linesOf(null)} />
                </span>
                <Link href="/storage">{t('storage.all')}</Link>
              </span>
            }
          />
          {overview.storages.length === 0 ? (
            <p className="px-6 text-text-2">{t('storage.none')}</p>
          ) : (
            <StorageTable storages={overview.storages.slice(0, 8)} label={t('storage.title')} />
          )}
        </section>
        <div className="aside">
          <LimitsBlock />
          <RunningBlock />
          <Ages overview={overview} />
        </div>
      </div>
    </div>
  )
}

/** What is worse than a warning stands first in the list, so that none of it is cut off. */
const needsNow = ({ severity }: AttentionItem) => severity === 'critical' || severity === 'emergency'

/** A connection being read for the first time says how far it is, so that an empty fleet is not taken for one. */
function FirstReading() {
  const t = useTranslations('overview.reading')
  const { data: connections } = useSuspenseQuery(q.connections())
  const reading = connections.filter((connection) => connection.health.lastFullAt === null && connection.collecting)
  if (reading.length === 0) return null
  return (
    <div className="px-6 max-md:px-4 pb-3 flex flex-col gap-2">
      {reading.map((connection) => (
        <Notice key={connection.id} tone="info" title={t('title', { connection: connection.name })}>
          {connection.progress !== null &&
            t('progress', { done: String(connection.progress.done), total: String(connection.progress.total) })}{' '}
          {t('text')}
        </Notice>
      ))}
    </div>
  )
}

function Figures({ overview }: { overview: Overview }) {
  const t = useTranslations('overview.figures')
  const format = useFormat()
  const now = useNow()
  const { snapshots, oldest, deepest, deepChains, memory, unmanaged, orphans, held } = overview
  return (
    <KeyFigures>
      <KeyFigure
        label={t('snapshots')}
        value={format.number(snapshots.count)}
        note={
          snapshots.guestsUnknown > 0
            ? t('snapshotsUnknown', { count: snapshots.guestsUnknown })
            : t('takenToday', { count: snapshots.takenToday })
        }
      />
      <KeyFigure
        label={t('oldest')}
        value={oldest === null ? t('none') : format.age(elapsedMillis(oldest.at, now))}
        note={oldest === null ? undefined : oldest.guestName}
        {...(oldest !== null && { href: `/guests/${oldest.guestId}` })}
      />
      <KeyFigure
        label={t('deep', { advised: String(ADVISED_CHAIN_DEPTH) })}
        value={format.number(deepChains.guests)}
        unit={t('guestsUnit', { count: deepChains.guests })}
        note={
          deepChains.unknown > 0
            ? t('depthUnknown', { count: deepChains.unknown })
            : deepest !== null && t('deepest', { depth: String(deepest.depth), name: deepest.guestName })
        }
        href={`/guests?q=${encodeURIComponent(`chain:>${ADVISED_CHAIN_DEPTH}`)}`}
      />
      <KeyFigure
        label={t('memory')}
        value={format.number(memory.snapshots)}
        unit={t('memoryUnit', { count: memory.snapshots })}
        note={
          memory.snapshots === 0
            ? t('memoryNone')
            : memory.bytes.bytes === null
              ? t('memoryBytesUnknown')
              : t('memoryBytes', { size: format.bytes(memory.bytes.bytes) })
        }
        href="/guests?q=memory%3Ayes"
      />
      <KeyFigure
        label={t('unmanaged')}
        value={format.number(unmanaged.snapshots)}
        note={
          unmanaged.unknown > 0
            ? t('depthUnknown', { count: unmanaged.unknown })
            : unmanaged.snapshots === 0
              ? t('unmanagedNone')
              : t('unmanagedNote', { guests: unmanaged.guests })
        }
        href="/guests?q=unmanaged%3Ayes"
      />
      <KeyFigure
        label={t('orphans')}
        value={format.number(orphans.volumes)}
        note={
          orphans.storagesUnknown > 0
            ? t('storagesUnknown', { count: orphans.storagesUnknown })
            : orphans.volumes === 0
              ? t('orphansNone')
              : orphans.bytes.bytes !== null && t('orphansBytes', { size: format.bytes(orphans.bytes.bytes) })
        }
        href="/storage"
      />
      {held.bytes !== null && <KeyFigure label={t('held')} value={format.bytes(held.bytes)} note={t('heldNote')} />}
    </KeyFigures>
  )
}

/** The filter each age class stands for, in the guests list's own language. */
const AGE_FILTERS: Record<Overview['ages'][number]['under'], string> = {
  '1d': 'oldest:<1d',
  '3d': 'oldest:>=1d oldest:<3d',
  '7d': 'oldest:>=3d oldest:<7d',
  '30d': 'oldest:>=7d oldest:<30d',
  over: 'oldest:>=30d',
}

function Ages({ overview }: { overview: Overview }) {
  const t = useTranslations('overview.ages')
  const format = useFormat()
  const most = Math.max(1, ...overview.ages.map((age) => age.guests))
  return (
    <section aria-label={t('title')}>
      <SectionHeader title={t('title')} note={t('note')} />
      <table className="sw-table sw-table-flush sw-table-static">
        <thead>
          <tr>
            <th scope="col" className="w-28">
              {t('range')}
            </th>
            <th scope="col" />
            <th scope="col" className="w-18 sw-number">
              {t('guests')}
            </th>
          </tr>
        </thead>
        <tbody>
          {overview.ages.map((age) => (
            <tr key={age.under}>
              <th scope="row">
                <Link href={`/guests?q=${encodeURIComponent(AGE_FILTERS[age.under])}`} title={t('show')}>
                  {t(`under.${age.under}`)}
                </Link>
              </th>
              <td>
                {age.guests > 0 && (
                  <span
                    className="sw-age-bar"
                    data-old={age.under === 'over'}
                    style={{ width: `${(age.guests / most) * 100}%` }}
                    aria-hidden="true"
                  />
                )}
              </td>
              <td className="sw-number">{format.number(age.guests)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}
