'use client'
/** One alert, beside the list or as a page: how bad, until when, what to do first, who has it. */
import { useQuery } from '@tanstack/react-query'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { ReasonNotice, reasonOfError } from '@/components/inventory/reason-notice'
import { useNow } from '@/components/ui/clock'
import { CopyLink } from '@/components/ui/copy-link'
import { Meter, usageSeverity } from '@/components/ui/meter'
import { SkeletonRows } from '@/components/ui/states'
import { TimeAgo } from '@/components/ui/time-ago'
import type { AlertDetail } from '@/lib/domain/alert-view'
import { elapsedMillis } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { AlertActions, Escalation } from './alert-actions'
import { AlertBadge } from './alert-badge'
import { AlertHistory } from './alert-history'
import { shareOf, subjectHref, useAlertLines, useAlertWords } from './alert-words'
import { DoThisFirst, TheSnapshots } from './do-this-first'
import { Further, WhatChanged } from './what-changed'

export function AlertPanel({ alertId, page = false }: { alertId: string; page?: boolean }) {
  const t = useTranslations('inbox')
  const { data: alert, error, refetch } = useQuery(q.alert(alertId))
  if (alert !== undefined) return <Card alert={alert} page={page} />
  return (
    <div className="sw-alert-card">
      {error === null ? (
        <SkeletonRows label={t('list')} />
      ) : (
        <ReasonNotice reason={reasonOfError(error)} onRetry={() => void refetch()} />
      )}
    </div>
  )
}

function Card({ alert, page }: { alert: AlertDetail; page: boolean }) {
  const t = useTranslations('inbox')
  const { title } = useAlertWords()
  const Heading = page ? 'h1' : 'h2'
  const { reclaim } = alert
  const storageFills = alert.subject.of === 'storage' && alert.resolvedAt === null && alert.kind !== 'orphaned-files'
  return (
    <article className="sw-alert-card">
      <div className="head">
        <AlertBadge alert={alert} />
        <Updated alert={alert} />
      </div>
      <Heading className="title">{title(alert)}</Heading>
      <Consequence alert={alert} />
      <StorageBar alert={alert} />
      {reclaim !== null && <DoThisFirst alert={alert} reclaim={reclaim} />}
      <AlertActions alert={alert} />
      <Escalation alert={alert} />
      {storageFills && <WhatChanged storageId={alert.subject.id} />}
      {reclaim !== null && <TheSnapshots items={reclaim.items} />}
      {reclaim !== null && <Further alert={alert} />}
      <Related alert={alert} />
      <AlertHistory alert={alert} />
      <p className="foot">
        <Link href={subjectHref(alert)}>{t(`card.openSubject.${alert.subject.of}`)}</Link>
        {!page && <Link href={`/alerts/${alert.id}`}>{t('card.open')}</Link>}
        <span className="flex-1" />
        <CopyLink path={`/alerts/${alert.id}`} />
      </p>
    </article>
  )
}

function Updated({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const now = useNow()
  if (alert.resolvedAt !== null) {
    return (
      <span className="text-13 text-text-2">
        {t('resolved', {
          date: format.date(alert.resolvedAt, 'moment', now),
          span: format.duration(elapsedMillis(alert.since, alert.resolvedAt)),
        })}
      </span>
    )
  }
  if (alert.stale) return <span className="text-13 text-text-2">{t('stale')}</span>
  if (alert.clearing !== null) {
    return (
      <span className="text-13 text-text-2">
        {t('clearingSince', { date: format.date(alert.clearing.since, 'moment', now) })}
      </span>
    )
  }
  // The clock of the page ticks every 15 s: what was read since would lie in the future.
  const isAhead = elapsedMillis(alert.valueAt, now) < 0
  return (
    <span className="text-13 text-text-2" title={format.date(alert.valueAt, 'long', now)}>
      {t('updated', { ago: format.ago(isAhead ? now : alert.valueAt, now) })}
    </span>
  )
}

/** What comes of it and when, as far as that is known. */
function Consequence({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const { detail } = useAlertWords()
  const format = useFormat()
  const now = useNow()
  const { storage } = alert
  if (
    storage === null ||
    storage.fullAt === null ||
    alert.kind === 'orphaned-files' ||
    alert.resolvedAt !== null ||
    elapsedMillis(now, storage.fullAt) <= 0
  )
    return <p className="text">{detail(alert)}</p>
  return (
    <p className="text">{t('fullAt', { date: format.date(storage.fullAt, 'moment', now), guests: storage.guests })}</p>
  )
}

function StorageBar({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const format = useFormat()
  const now = useNow()
  const { storage } = alert
  const share = shareOf(alert)
  const lines = useAlertLines(alert)
  if (storage === null) return null
  return (
    <div className="bar">
      <Meter
        used={storage.usedBytes}
        capacity={storage.usableBytes}
        held={storage.snapshotBytes}
        stale={alert.stale ? { age: elapsedMillis(alert.valueAt, now) } : null}
        ticks={lines}
        large
      />
      {share !== null && (
        <p>
          <span className={`used used-${usageSeverity(share, lines)}`}>
            {t('usedShare', { share: format.percent(share) })}
          </span>
          {storage.availableBytes !== null && storage.usableBytes !== null && (
            <span>
              {t('room', { free: format.bytes(storage.availableBytes), capacity: format.bytes(storage.usableBytes) })}
            </span>
          )}
        </p>
      )}
    </div>
  )
}

/** What stands under this one. */
function Related({ alert }: { alert: AlertDetail }) {
  const t = useTranslations('inbox')
  const { title } = useAlertWords()
  if (alert.under.length === 0) return null
  return (
    <section>
      <h3>{t('related')}</h3>
      <ul className="lines">
        {alert.under.map((each) => (
          <li key={each.id}>
            <AlertBadge alert={each} plain />
            <Link href={`/alerts/${each.id}`} prefetch={false}>
              {title(each)}
            </Link>
            <span className="end">
              <TimeAgo at={each.firedAt} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}
