'use client'
/** The way out of a storage alert: what goes first, its effect in three numbers, and what is not claimed. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useReasonText } from '@/components/inventory/reason-notice'
import { Breakable } from '@/components/ui/breakable'
import { Bytes } from '@/components/ui/bytes'
import { useNow } from '@/components/ui/clock'
import type { AlertDetail, Reclaim, ReclaimItem } from '@/lib/domain/alert-view'
import type { Reason } from '@/lib/domain/reason'
import { elapsedMillis } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { useReclaimFigures } from './reclaim-figures'

export function DoThisFirst({ alert, reclaim }: { alert: AlertDetail; reclaim: Reclaim }) {
  const t = useTranslations('inbox.first')
  const format = useFormat()
  const now = useNow()
  const { items, prepared } = { items: reclaim.items, prepared: alert.prepared }
  const count = items.length
  const reasons = new Set(items.map(({ because }) => because))
  const [only] = items
  return (
    <section className="first" id="do-this-first" aria-label={t('heading')}>
      <p className="label">{t('heading')}</p>
      {only === undefined ? (
        <p className="text">{t('none')}</p>
      ) : (
        <>
          <h3>{t(`title.${reasons.size === 1 ? only.because : 'mixed'}`, { count })}</h3>
          <p className="text">{t('text', { count })}</p>
          {reclaim.noPlan === null ? <Effect reclaim={reclaim} /> : <NoPlan why={reclaim.noPlan} />}
        </>
      )}
      {reclaim.leftOut.map(({ because, count: left }) => (
        <p key={because} className="note">
          {t(`leftOut.${because}`, { count: left })}
        </p>
      ))}
      {prepared !== null && reclaim.noPlan === null && (
        <p className="note">
          {t('prepared', { date: format.date(prepared.at, 'moment', now) })}{' '}
          <Link href={`/plans/${prepared.planId}`} className="underline">
            {t('preparedPlan')}
          </Link>
        </p>
      )}
      {alert.cleanUp !== null && <CleanUpWords cleanUp={alert.cleanUp} />}
    </section>
  )
}

/** What stands in the way, before anybody opens a plan that cannot be. */
function NoPlan({ why }: { why: Reason }) {
  const t = useTranslations('inbox.first.noPlan')
  const reasonText = useReasonText()
  return (
    <div className="no-plan">
      <p>
        <strong className="block">{t('title')}</strong>
        {reasonText(why)}
      </p>
      {why.code === 'observe-only' && <p>{t('byHand')}</p>}
    </div>
  )
}

/** What an administrator allowed to happen by itself, and how the last attempt went. */
function CleanUpWords({ cleanUp: { last } }: { cleanUp: NonNullable<AlertDetail['cleanUp']> }) {
  const t = useTranslations('inbox.first.cleanUp')
  const format = useFormat()
  const now = useNow()
  if (last === null) return <p className="note">{t('allowed')}</p>
  return (
    <p className="note">
      {t(last.outcome, { date: format.date(last.at, 'moment', now), count: last.snapshots })}{' '}
      {last.operationId !== null && (
        <Link href={`/operations/${last.operationId}`} className="underline">
          {t('operation')}
        </Link>
      )}
    </p>
  )
}

/** Frees, used afterwards, time bought. A range where bytes are not told; no time where the low end is nothing. */
function Effect({ reclaim }: { reclaim: Reclaim }) {
  const t = useTranslations('inbox.first')
  const format = useFormat()
  const common = useTranslations('common')
  const { freed, after } = useReclaimFigures()(reclaim)
  const { boughtMillis } = reclaim
  return (
    <>
      <dl className="effect">
        <div>
          <dt>{t('freed')}</dt>
          <dd>{freed ?? common('notKnown')}</dd>
        </div>
        <div>
          <dt>{t('after')}</dt>
          <dd>{after ?? common('notKnown')}</dd>
        </div>
        <div>
          <dt>{t('bought')}</dt>
          <dd>{boughtMillis === null ? t('notClaimed') : format.duration(boughtMillis)}</dd>
        </div>
      </dl>
      {reclaim.frees.min === 0 && <p className="note">{t('notClaimedText')}</p>}
    </>
  )
}

/** What would go, each with its age, its limit and what it holds. */
export function TheSnapshots({ items }: { items: readonly ReclaimItem[] }) {
  const t = useTranslations('inbox.first')
  const format = useFormat()
  const now = useNow()
  if (items.length === 0) return null
  return (
    <section>
      <h3>{t('snapshots', { count: items.length })}</h3>
      <ul className="lines">
        {items.map((item) => (
          <li key={item.snapshotId}>
            <span className="grow">
              <Link
                prefetch={false}
                href={`/guests/${item.guestId}?snapshot=${encodeURIComponent(item.snapshotId)}`}
                className="sw-name"
              >
                <Breakable text={`${item.guestName} · ${item.name}`} />
              </Link>
              {item.createdAt !== null && (
                <span className="block text-13 text-text-2">
                  {item.limitMillis === null
                    ? t('age', { age: format.age(elapsedMillis(item.createdAt, now)) })
                    : t('ageLimit', {
                        age: format.age(elapsedMillis(item.createdAt, now)),
                        limit: format.duration(item.limitMillis),
                      })}
                </span>
              )}
            </span>
            <span className="end">
              <Bytes value={item.bytes} confidence={item.confidence} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
