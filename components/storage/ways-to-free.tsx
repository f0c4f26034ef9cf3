'use client'
/** The way out of a storage that fills: what goes first, what it frees, and the plan for it. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useReclaimFigures } from '@/components/alerts/reclaim-figures'
import { reviewHref } from '@/components/alerts/review-href'
import { useReasonText } from '@/components/inventory/reason-notice'
import { ButtonLink } from '@/components/ui/button'
import type { Reclaim } from '@/lib/domain/alert-view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

/** Planned after the page stands: nobody waits for it. Absent until it is known, and where there is nothing to offer. */
export function WaysToFree({ storageId }: { storageId: string }) {
  const t = useTranslations('storage.ways')
  const { data: reclaim } = useQuery(q.waysToFree(storageId))
  const { data: space } = useQuery(q.storageSpace(storageId))
  const leftover = space?.leftover?.memory.files ?? 0
  const others = space?.leftover?.others.files ?? 0
  const orphaned = leftover + others
  const proposed = reclaim !== undefined && reclaim.items.length > 0
  if (!proposed && orphaned === 0) return null
  return (
    <section className="sw-ways" aria-label={t('title')}>
      <h2>
        {t('title')} <span className="text-12 text-text-3 font-normal">{t('order')}</span>
      </h2>
      <ul>
        {proposed && <SnapshotsWay reclaim={reclaim} />}
        {orphaned > 0 && (
          <li>
            <span className="what">{t('orphans', { count: orphaned })}</span>
            <ButtonLink size="sm" href="#contents">
              {t('review')}
            </ButtonLink>
          </li>
        )}
      </ul>
    </section>
  )
}

function SnapshotsWay({ reclaim }: { reclaim: Reclaim }) {
  const t = useTranslations('storage.ways')
  const common = useTranslations('common')
  const format = useFormat()
  const reasonText = useReasonText()
  const { freed, after } = useReclaimFigures()(reclaim)
  const { items, noPlan } = reclaim
  const [only] = items
  const review = reviewHref(reclaim)
  if (only === undefined || review === null) return null
  const reasons = new Set(items.map(({ because }) => because))
  const guests = new Set(items.map(({ guestId }) => guestId)).size
  return (
    <li>
      <span className="what">
        {t(`snapshots.${reasons.size === 1 ? only.because : 'mixed'}`, { count: items.length })}
        <span className="sub">{t('guests', { count: guests })}</span>
        {reclaim.boughtMillis !== null && (
          <span className="sub">{t('bought', { time: format.duration(reclaim.boughtMillis) })}</span>
        )}
      </span>
      <span className="figure">
        {freed ?? common('notKnown')}
        {after !== null && <span className="sub">{t('to', { share: after })}</span>}
      </span>
      <ButtonLink variant={noPlan === null ? 'primary' : 'secondary'} size="sm" href={review.href}>
        {t('plan')}
      </ButtonLink>
      {noPlan !== null ? (
        <span className="sub whole">{reasonText(noPlan)}</span>
      ) : (
        reclaim.frees.min === 0 && <span className="sub whole">{t('notSure')}</span>
      )}
    </li>
  )
}
