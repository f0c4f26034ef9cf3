'use client'
/** A promise that could not be kept: snapshots held here that somebody deleted on the hypervisor, for thirty days. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { shownActor } from '@/lib/domain/actor'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

export function LostHolds({ guestId }: { guestId: string }) {
  const t = useTranslations('guest.lostHolds')
  const format = useFormat()
  const now = useNow()
  const { data: holds = [] } = useQuery(q.holds({ guest: guestId }))
  const lost = holds.flatMap((hold) => (hold.lostAt === null ? [] : [{ ...hold, lostAt: hold.lostAt }]))
  if (lost.length === 0) return null
  return (
    <Notice tone="critical" title={t('title', { count: lost.length })}>
      <ul className="list-none">
        {lost.map((hold) => (
          <li key={hold.id} className="wrap-anywhere">
            {t(hold.note === '' ? 'line' : 'lineNote', {
              snapshot: hold.snapshotName,
              by: shownActor(hold.by),
              since: format.date(hold.placedAt, 'moment', now),
              note: hold.note,
              found: format.date(hold.lostAt, 'moment', now),
            })}
          </li>
        ))}
      </ul>
    </Notice>
  )
}
