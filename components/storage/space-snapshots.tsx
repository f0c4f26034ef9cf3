'use client'
/** The snapshots of one guest below its line: each with its age and what it holds, as sure as that is. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { Breakable } from '@/components/ui/breakable'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import type { GuestSpace, SnapshotSpace } from '@/lib/domain/storage'
import { elapsedMillis } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'

type Props = { guest: GuestSpace; id: string; growth: boolean }

/** A body of rows of its own, so that the button above can say what it opens. */
export function SpaceSnapshots({ guest: { each, guestId }, id, growth }: Props) {
  const t = useTranslations('storage.space')
  const columns = growth ? 5 : 4
  return (
    <tbody id={id} className="sw-space-snapshots">
      {each === null || each.snapshots.length === 0 ? (
        <tr>
          <td colSpan={columns} className="text-text-2">
            {t(each === null ? 'notRead' : 'noSnapshots')}
          </td>
        </tr>
      ) : (
        each.snapshots.map((snapshot) => (
          <SnapshotLine key={snapshot.snapshotId} snapshot={snapshot} guestId={guestId} growth={growth} />
        ))
      )}
      {each !== null && each.more > 0 && (
        <tr>
          <td colSpan={columns} className="text-text-2">
            {guestId === null ? (
              t('moreSnapshots', { count: each.more })
            ) : (
              <Link href={`/guests/${guestId}`}>{t('moreSnapshots', { count: each.more })}</Link>
            )}
          </td>
        </tr>
      )}
    </tbody>
  )
}

function SnapshotLine({
  snapshot,
  guestId,
  growth,
}: {
  snapshot: SnapshotSpace
  guestId: GuestSpace['guestId']
  growth: boolean
}) {
  const t = useTranslations('storage.space')
  const format = useFormat()
  const now = useNow()
  const { name, createdAt, memory, held, size, snapshotId } = snapshot
  const marks = [
    createdAt === null ? null : t('taken', { age: format.age(elapsedMillis(createdAt, now)) }),
    memory ? t('memory') : null,
    held ? t('held') : null,
  ].filter((mark) => mark !== null)
  return (
    <tr>
      <th scope="row" title={name}>
        {guestId === null ? (
          name
        ) : (
          <Link href={`/guests/${guestId}?snapshot=${encodeURIComponent(snapshotId)}`}>
            <Breakable text={name} />
          </Link>
        )}
        <span className="md:hidden block text-12 text-text-3">{marks.join(' · ')}</span>
      </th>
      <td className="text-12 text-text-3 max-md:hidden">{marks.join(' · ')}</td>
      <td />
      <td className="sw-number text-text-2">
        <Bytes value={size.bytes} confidence={size.confidence} cell />
      </td>
      {growth && <td className="max-lg:hidden" />}
    </tr>
  )
}
