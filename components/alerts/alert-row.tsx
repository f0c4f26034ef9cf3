'use client'
/** One alert in the list: on a desk a row, on a phone a card. A link in every case. */
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { type MouseEvent, memo } from 'react'
import { useNow } from '@/components/ui/clock'
import { Meter } from '@/components/ui/meter'
import { SeverityBadge } from '@/components/ui/severity'
import { DateTime } from '@/components/ui/time-ago'
import { shownActor } from '@/lib/domain/actor'
import { type Alert, isAcknowledgedAt } from '@/lib/domain/alert'
import type { AlertStorage, AlertView } from '@/lib/domain/alert-view'
import { elapsedMillis } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { AlertBadge } from './alert-badge'
import { shareOf, useAlertLines, useAlertWords } from './alert-words'

type Props = {
  alert: AlertView
  nested?: boolean
  current?: boolean
  /** it is what a person should look at first: on a phone it fills the width and shows its bar */
  urgent?: boolean
  /** stays the same function from one drawing to the next, so that a row is drawn again only when it is another one */
  onSelect?: ((id: string, event: MouseEvent) => void) | undefined
}

/** Thousands may stand in one list: what did not change in it is not drawn again. */
export const AlertRow = memo(function AlertRow({
  alert,
  nested = false,
  current = false,
  urgent = false,
  onSelect,
}: Props) {
  const t = useTranslations('inbox')
  const { title } = useAlertWords()
  const { storage } = alert
  return (
    // biome-ignore lint/a11y/useSemanticElements: the list is cut into blocks, and li must be a child of its list
    <div
      role="listitem"
      className="sw-alert"
      data-nested={nested || undefined}
      data-urgent={urgent ? alert.severity : undefined}
    >
      <Link
        href={`/alerts/${alert.id}`}
        aria-current={current ? 'true' : undefined}
        data-alert={alert.id}
        // Every row that scrolls past would ask the server for its page.
        prefetch={false}
        {...(onSelect !== undefined && { onClick: (event: MouseEvent) => onSelect(alert.id, event) })}
      >
        <span className="badge">
          {nested && <span className="elbow" aria-hidden="true" />}
          <AlertBadge alert={alert} />
        </span>
        <span className="what">
          <span className="title">{title(alert)}</span>
          <span className="line">
            <AlertLine alert={alert} />
          </span>
        </span>
        <Holder alert={alert} />
        <span className="when">
          <DateTime at={alert.firedAt} />
        </span>
        {urgent && storage !== null && (
          <span className="bar">
            <UrgentBar alert={alert} storage={storage} />
            <span className="sw-btn sw-btn-primary sw-btn-lg sw-btn-full" aria-hidden="true">
              {t('seeWhat')}
            </span>
          </span>
        )}
      </Link>
    </div>
  )
})

/** Of its own: what it asks for is asked by few rows of a long list. */
function UrgentBar({ alert, storage }: { alert: AlertView; storage: AlertStorage }) {
  const ticks = useAlertLines(alert)
  return (
    <Meter used={storage.usedBytes} capacity={storage.usableBytes} held={storage.snapshotBytes} ticks={ticks} large />
  )
}

/** The second line: the storage's figures, a silence, or what it means. */
function AlertLine({ alert }: { alert: AlertView }) {
  const t = useTranslations('inbox')
  const { detail } = useAlertWords()
  const format = useFormat()
  const now = useNow()
  const share = shareOf(alert)
  if (alert.silence !== null) return t('silencedUntil', { date: format.date(alert.silence.until, 'moment', now) })
  if (alert.stale) return t('stale')
  if (alert.clearing !== null) return t('clearingSince', { date: format.date(alert.clearing.since, 'moment', now) })
  const { storage } = alert
  if (share === null || storage === null || alert.kind === 'orphaned-files') return detail(alert)
  const { guests, fullAt, availableBytes } = storage
  if (fullAt !== null && elapsedMillis(now, fullAt) > 0) {
    return t('storageLineFull', { span: format.age(elapsedMillis(now, fullAt)), guests })
  }
  // The title has the share already where the share is what fired.
  return alert.kind === 'storage-used' && availableBytes !== null
    ? t('storageLineFree', { free: format.bytes(availableBytes), guests })
    : t('storageLine', { share: format.percent(share), guests })
}

/** Who has it, or nobody. A phone has no columns, so that there a name alone would say nothing. */
function Holder({ alert }: { alert: Alert }) {
  const t = useTranslations('inbox')
  const now = useNow()
  const { acknowledged, assignee } = alert
  const holder = acknowledged !== null && isAcknowledgedAt(alert, now) ? shownActor(acknowledged.by) : null
  const name = holder ?? assignee
  if (name === null) {
    return (
      <span className="who" data-nobody>
        {t('nobody')}
      </span>
    )
  }
  return (
    <span className="who">
      <span className="max-md:hidden">{name}</span>
      <span className="md:hidden">{t(holder === null ? 'has.assignee' : 'has.short', { name })}</span>
    </span>
  )
}

/** One that ended: what it was and how long it took. */
export function ClosedRow({ alert }: { alert: Alert }) {
  const t = useTranslations('inbox')
  const { title } = useAlertWords()
  const format = useFormat()
  const { resolvedAt } = alert
  if (resolvedAt === null) return null
  return (
    <li className="sw-alert">
      <Link href={`/alerts/${alert.id}`} prefetch={false}>
        <span className="badge">
          <SeverityBadge severity="ok">{t('history.resolved')}</SeverityBadge>
        </span>
        <span className="what">
          <span className="title">{title(alert)}</span>
          <span className="line">{t('lasted', { span: format.duration(elapsedMillis(alert.since, resolvedAt)) })}</span>
        </span>
        <Holder alert={alert} />
        <span className="when">
          <DateTime at={resolvedAt} />
        </span>
      </Link>
    </li>
  )
}
