'use client'
import Link from 'next/link'
/** What needs a person, worst first: what it is, where, why it matters, and the one place to go. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { subjectHref, useAlertWords } from '@/components/alerts/alert-words'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { SeverityBadge } from '@/components/ui/severity'
import { elapsedMillis, HOUR } from '@/lib/domain/units'
import type { AttentionItem, Overview } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'

/** Shown before the rest is asked for: the first screen keeps room for the figures below. */
const SHOWN_FIRST = 5

type Props = { overview: Pick<Overview, 'attention' | 'attentionTotal' | 'acknowledged'> }

export function AttentionList({ overview }: Props) {
  const t = useTranslations('overview.attention')
  const [all, setAll] = useState(false)
  if (overview.attention.length === 0) {
    return overview.acknowledged === 0 ? null : (
      <p className="px-6 max-md:px-4 pb-3">
        <Acknowledged count={overview.acknowledged} />
      </p>
    )
  }
  const shown = all ? overview.attention : overview.attention.slice(0, SHOWN_FIRST)
  const rest = overview.attention.length - shown.length
  const beyond = overview.attentionTotal - overview.attention.length
  return (
    <section aria-label={t('label')} className="px-6 max-md:px-4 pb-3">
      <table className="sw-table sw-table-flush sw-table-static sw-attention">
        <thead className="max-md:hidden">
          <tr>
            <th scope="col" className="w-33">
              {t('severity')}
            </th>
            <th scope="col" className="w-52">
              {t('where')}
            </th>
            <th scope="col">{t('why')}</th>
            <th scope="col" className="w-33 max-lg:hidden">
              {t('toFull')}
            </th>
            <th scope="col" className="w-34">
              <span className="sw-visually-hidden">{t('open')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((item) => (
            <AttentionRow key={keyOf(item)} item={item} />
          ))}
        </tbody>
      </table>
      <p className="flex flex-wrap items-center gap-x-3 mt-1.5 text-12 text-text-3">
        {rest > 0 && (
          <Button variant="quiet" size="sm" onClick={() => setAll(true)}>
            {t('showMore', { count: overview.attentionTotal - shown.length })}
          </Button>
        )}
        {rest === 0 && beyond > 0 && t('more', { count: beyond })}
        {overview.acknowledged > 0 && <Acknowledged count={overview.acknowledged} />}
      </p>
    </section>
  )
}

function Acknowledged({ count }: { count: number }) {
  const t = useTranslations('overview.attention')
  return <Link href="/alerts">{t('acknowledged', { count })}</Link>
}

function AttentionRow({ item }: { item: AttentionItem }) {
  const t = useTranslations('overview.attention')
  const badge = useBadge()
  const sentence = useSentence()
  const href = hrefOf(item)
  const { because } = item
  const alert = because.what === 'alert' ? because.alert : null
  return (
    <tr>
      <td className="badge">
        <SeverityBadge severity={item.severity}>{badge(item)}</SeverityBadge>
      </td>
      <th scope="row" className="where">
        <Link href={alert === null ? href : subjectHref(alert)} className="sw-name">
          {because.what === 'alike' ? t('guests', { guests: because.guests }) : item.name}
        </Link>{' '}
        {!('connectionId' in because) && item.where !== '' && item.where !== item.name && (
          <span className="text-text-2 font-normal">{t('in', { where: item.where })}</span>
        )}
      </th>
      <td className="why text-text-2" title={sentence(item)}>
        {sentence(item)}
      </td>
      <td className="full">
        <TimeToFull item={item} />
      </td>
      <td className="go">
        <ButtonLink size="sm" full href={href}>
          {t(alert?.subject.of === 'storage' ? 'seeWhat' : 'connectionId' in because ? 'test' : 'open')}
        </ButtonLink>
      </td>
    </tr>
  )
}

/** Nearer than this a date says more than a number of days. */
const SOON = 36 * HOUR

/** When the storage behind an alert about its room is full; nothing for what is about something else. */
function TimeToFull({ item: { because, severity } }: { item: AttentionItem }) {
  const t = useTranslations('overview.attention')
  const outlook = useTranslations('storage.outlook')
  const format = useFormat()
  const now = useNow()
  if (because.what !== 'alert' || because.storage === null) return null
  const { fullAt } = because.storage
  if (fullAt === null) return <span className="text-text-3">{t('noDate')}</span>
  const left = elapsedMillis(now, fullAt)
  if (left <= 0) return <span className={`sw-text-${severity} font-[600]`}>{outlook('full')}</span>
  if (left > SOON) return outlook('fullIn', { time: format.age(left) })
  return <span className={`sw-text-${severity} font-[600]`}>{format.date(fullAt, 'moment', now)}</span>
}

/** One guest may have several findings, and several holds that were lost. */
const keyOf = (item: AttentionItem): string => {
  const { because } = item
  return `${because.what} ${hrefOf(item)} ${whichOf(because)}`
}

function whichOf(because: AttentionItem['because']): string {
  switch (because.what) {
    case 'finding':
      return because.finding
    case 'hold-lost':
      return because.snapshot
    case 'alike':
      return because.kind
    default:
      return ''
  }
}

/** Where the trouble is told and dealt with. */
function hrefOf({ because }: AttentionItem): string {
  if (because.what === 'alert') return `/alerts/${because.alert.id}`
  if (because.what === 'alike') return because.kind === 'snapshot-age' ? '/retention' : '/alerts'
  if ('guestId' in because) return `/guests/${because.guestId}`
  return `/connections/${because.connectionId}`
}

/** The figure that matters, where one says more than the word of the severity. */
function useBadge(): (item: AttentionItem) => string | undefined {
  const t = useTranslations('overview.attention.badge')
  const words = useTranslations('words.findingShort')
  const format = useFormat()
  return ({ because }) => {
    switch (because.what) {
      case 'finding':
        return words(because.finding)
      case 'connection-silent':
      case 'changes-refused':
      case 'hold-lost':
        return t(because.what)
      case 'alike':
        return undefined
      case 'alert': {
        const { kind, value } = because.alert
        if (kind === 'storage-used') return t('storage-used', { share: format.percent(value) })
        if (kind === 'chain-depth') return t('chain-depth', { depth: format.number(value) })
        return kind === 'stale-data' ? t('connection-silent') : undefined
      }
    }
  }
}

function useSentence(): (item: AttentionItem) => string {
  const t = useTranslations('overview.attention.sentence')
  const explain = useExplain()
  const findings = useTranslations('overview.attention.finding')
  const format = useFormat()
  const now = useNow()
  const kinds = useTranslations('alerts.kind')
  const { title, detail } = useAlertWords()
  return ({ because }) => {
    switch (because.what) {
      case 'alert': {
        const { alert, storage } = because
        if (storage === null) return t('both', { what: title(alert), meaning: detail(alert) })
        const { guests, availableBytes } = storage
        // The badge has the share already.
        if (alert.kind !== 'storage-used' || availableBytes === null)
          return t('both', { what: title(alert), meaning: t('pause', { guests }) })
        return t('room', { free: format.bytes(availableBytes), pause: t('pause', { guests }) })
      }
      case 'alike':
        return t('both', { what: kinds(because.kind), meaning: detail(because) })
      case 'connection-silent':
        return because.since === null
          ? t('connection-never', { why: explain(because.reason).title })
          : t('connection-silent', {
              time: format.date(because.since, 'moment', now),
              ago: format.ago(because.since, now),
              guests: because.guests,
            })
      case 'changes-refused':
        return t('changes-refused', { why: explain(because.reason).title, guests: because.guests })
      case 'finding':
        return findings(because.finding)
      case 'hold-lost':
        return t('hold-lost', {
          snapshot: because.snapshot,
          by: because.by,
          time: format.date(because.at, 'moment', now),
        })
    }
  }
}
