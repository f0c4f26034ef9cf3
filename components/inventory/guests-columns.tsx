'use client'
import Link from 'next/link'
/** The columns of the guests list. What is not known says so; grey means nothing to do. */
import { useTranslations } from 'next-intl'
import { useMemo } from 'react'
import { Bytes } from '@/components/ui/bytes'
import type { DataColumn } from '@/components/ui/data-table-model'
import { SeverityIcon } from '@/components/ui/severity'
import { ChainDepth, PowerDot, Tag } from '@/components/ui/state-marks'
import { TimeAgo } from '@/components/ui/time-ago'
import type { GuestRow } from '@/lib/domain/view'
import { ADVISED_CHAIN_DEPTH } from '@/lib/engine/chain/merge-advice'
import { RefusedMark } from './refused-mark'

/** Columns a person sees before choosing. */
export const HIDDEN_AT_FIRST: ReadonlySet<string> = new Set(['tags', 'seen'])

export function useGuestColumns(): DataColumn<GuestRow>[] {
  const t = useTranslations('guests')
  const words = useTranslations('words')
  const common = useTranslations('common')
  return useMemo(() => {
    const unknown = <span className="text-text-3">{common('notKnown')}</span>
    return [
      {
        id: 'name',
        header: t('columns.name'),
        sortable: true,
        rowHeader: true,
        hideable: false,
        cell: (row) => <GuestName row={row} />,
      },
      {
        id: 'platform',
        header: t('columns.platform'),
        width: 84,
        hideNarrow: true,
        cell: (row) => <span className="text-text-2">{words(`hypervisorShort.${row.connectionKind}`)}</span>,
      },
      {
        id: 'connection',
        header: t('columns.connection'),
        width: 120,
        sortable: true,
        hideNarrow: true,
        cell: (row) => <span className="text-text-2">{row.connectionName}</span>,
      },
      {
        id: 'node',
        header: t('columns.node'),
        width: 108,
        sortable: true,
        hideNarrow: true,
        cell: (row) => <span className="text-text-2">{row.node}</span>,
      },
      {
        id: 'storage',
        header: t('columns.storage'),
        width: 108,
        hideNarrow: true,
        cell: (row) => (
          <span className="text-text-2" title={row.storageNames.join(', ')}>
            {row.storageNames.join(', ')}
          </span>
        ),
      },
      {
        id: 'snapshots',
        header: t('columns.snapshots'),
        width: 92,
        number: true,
        sortable: true,
        cell: (row) => (row.snapshotCount === null ? unknown : row.snapshotCount),
      },
      {
        id: 'chain',
        header: t('columns.chain'),
        width: 96,
        sortable: true,
        cell: (row) => <ChainDepth depth={row.chainDepth} limit={ADVISED_CHAIN_DEPTH} />,
      },
      {
        id: 'oldest',
        header: t('columns.oldest'),
        width: 124,
        sortable: true,
        cell: (row) =>
          row.snapshotCount === null ? (
            unknown
          ) : row.oldestSnapshotAt === null ? (
            <span className="text-text-3">{row.snapshotCount === 0 ? t('none') : common('notKnown')}</span>
          ) : (
            <TimeAgo at={row.oldestSnapshotAt} bare />
          ),
      },
      {
        id: 'held',
        header: t('columns.held'),
        width: 148,
        number: true,
        sortable: true,
        cell: (row) =>
          row.snapshotCount === 0 ? (
            <span className="text-text-3">{t('none')}</span>
          ) : (
            <Bytes value={row.held.bytes} confidence={row.held.confidence} cell />
          ),
      },
      {
        id: 'tags',
        header: t('columns.tags'),
        width: 140,
        hideNarrow: true,
        cell: (row) => (
          <span className="inline-flex gap-1">
            {row.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
          </span>
        ),
      },
      {
        id: 'seen',
        header: t('columns.seen'),
        width: 104,
        sortable: true,
        hideNarrow: true,
        cell: (row) => <TimeAgo at={row.collectedAt} />,
      },
    ]
  }, [t, words, common])
}

function GuestName({ row }: { row: GuestRow }) {
  const shell = useTranslations('ui.severity')
  return (
    <span className="inline-flex items-center gap-2 max-w-full">
      <PowerDot power={row.power} />
      <Link href={`/guests/${row.id}`} className="sw-name sw-ellipsis whitespace-pre" title={row.name} prefetch={false}>
        {row.name}
      </Link>
      {row.stale && (
        <span title={shell('stale')} className="inline-flex">
          <SeverityIcon severity="stale" size={14} />
          <span className="sw-visually-hidden">{shell('stale')}</span>
        </span>
      )}
      {!row.stale && row.changesRefused !== null && <RefusedMark reason={row.changesRefused} />}
    </span>
  )
}
