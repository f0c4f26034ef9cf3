'use client'
import Link from 'next/link'
/** A guest on a phone: two lines, the same numbers in the same words as the table. */
import { useTranslations } from 'next-intl'
import { Bytes } from '@/components/ui/bytes'
import { SeverityBadge } from '@/components/ui/severity'
import { ChainDepth, PowerDot } from '@/components/ui/state-marks'
import { TimeAgo } from '@/components/ui/time-ago'
import type { GuestRow } from '@/lib/domain/view'
import { ADVISED_CHAIN_DEPTH } from '@/lib/engine/chain/merge-advice'
import { RefusedMark } from './refused-mark'

export function GuestCard({ row }: { row: GuestRow }) {
  const t = useTranslations('guests')
  const common = useTranslations('common')
  return (
    <span className="flex flex-col gap-1 min-w-0">
      <span className="flex items-center gap-2 min-w-0">
        <PowerDot power={row.power} />
        <Link href={`/guests/${row.id}`} className="sw-name sw-ellipsis flex-1" prefetch={false}>
          {row.name}
        </Link>
        {row.stale && <SeverityBadge severity="stale" />}
        {!row.stale && row.changesRefused !== null && <RefusedMark reason={row.changesRefused} />}
      </span>
      <span className="flex items-center gap-3 text-13 text-text-2">
        <span>
          {row.snapshotCount === null
            ? common('notKnown')
            : row.snapshotCount === 0
              ? t('noSnapshots')
              : common('count.snapshots', { count: row.snapshotCount })}
        </span>
        {row.oldestSnapshotAt !== null && <TimeAgo at={row.oldestSnapshotAt} bare />}
        {(row.chainDepth ?? 0) > ADVISED_CHAIN_DEPTH && (
          <ChainDepth depth={row.chainDepth} limit={ADVISED_CHAIN_DEPTH} />
        )}
        <span className="flex-1" />
        {row.snapshotCount !== 0 && <Bytes value={row.held.bytes} confidence={row.held.confidence} />}
      </span>
    </span>
  )
}
