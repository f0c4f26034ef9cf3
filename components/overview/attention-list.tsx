'use client'
import Link from 'next/link'
/** What needs a person, worst first: what it is, where, why it matters, and the one place to go. */
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useExplain } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { SeverityBadge } from '@/components/ui/severity'
import { elapsedMillis } from '@/lib/domain/units'
import type { AttentionItem, Overview } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'

/** Shown before the rest is asked for: the first screen keeps room for the figures below. */
const SHOWN_FIRST = 5

export function AttentionList({ overview }: { overview: Overview }) {
  const t = useTranslations('overview.attention')
  const [all, setAll] = useState(false)
  if (overview.attention.length === 0) return null
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
            <th scope="col" className="w-34">
              <span className="sw-visually-hidden">{t('open')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {shown.map((item) => (
            <AttentionRow key={`${item.because.what} ${hrefOf(item)}`} item={item} />
          ))}
        </tbody>
      </table>
      {rest > 0 && (
        <Button variant="quiet" size="sm" className="mt-1.5" onClick={() => setAll(true)}>
          {t('showMore', { count: overview.attentionTotal - shown.length })}
        </Button>
      )}
      {rest === 0 && beyond > 0 && <p className="text-12 text-text-3 mt-2">{t('more', { count: beyond })}</p>}
    </section>
  )
}

function AttentionRow({ item }: { item: AttentionItem }) {
  const t = useTranslations('overview.attention')
  const badge = useBadge()
  const sentence = useSentence()
  const href = hrefOf(item)
  return (
    <tr>
      <td className="badge">
        <SeverityBadge severity={item.severity}>{badge(item)}</SeverityBadge>
      </td>
      <th scope="row" className="where">
        <Link href={href} className="sw-name">
          {item.name}
        </Link>{' '}
        {!('connectionId' in item.because) && item.where !== '' && (
          <span className="text-text-2 font-normal">{t('in', { where: item.where })}</span>
        )}
      </th>
      <td className="why text-text-2" title={sentence(item)}>
        {sentence(item)}
      </td>
      <td className="go">
        <ButtonLink size="sm" full href={href}>
          {t('connectionId' in item.because ? 'test' : 'open')}
        </ButtonLink>
      </td>
    </tr>
  )
}

function hrefOf({ because }: AttentionItem): string {
  if ('guestId' in because) return `/guests/${because.guestId}`
  if ('storageId' in because) return `/storage/${because.storageId}`
  return `/connections/${because.connectionId}`
}

function useBadge(): (item: AttentionItem) => string {
  const t = useTranslations('overview.attention.badge')
  const words = useTranslations('words.findingShort')
  const format = useFormat()
  const now = useNow()
  return ({ because }) => {
    switch (because.what) {
      case 'storage-full':
        return t('storage-full', { share: format.percent(because.usedRatio) })
      case 'chain-deep':
        return t('chain-deep', { depth: String(because.depth) })
      case 'snapshot-old':
        return t('snapshot-old', { age: format.age(elapsedMillis(because.oldestAt, now)) })
      case 'finding':
        return words(because.finding)
      case 'connection-silent':
      case 'changes-refused':
      case 'memory-old':
      case 'unmanaged':
      case 'hold-lost':
      case 'orphans':
        return t(because.what)
    }
  }
}

function useSentence(): (item: AttentionItem) => string {
  const t = useTranslations('overview.attention.sentence')
  const explain = useExplain()
  const findings = useTranslations('overview.attention.finding')
  const format = useFormat()
  const now = useNow()
  return ({ because }) => {
    switch (because.what) {
      case 'storage-full':
        return because.availableBytes === null
          ? t('storage-full-unknown')
          : t('storage-full', { free: format.bytes(because.availableBytes) })
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
      case 'chain-deep':
        return t('chain-deep', { advised: String(because.advised), files: String(because.depth + 1) })
      case 'memory-old':
        return t('memory-old', {
          snapshots: because.snapshots,
          age: format.age(elapsedMillis(because.oldestAt, now)),
        })
      case 'snapshot-old':
        return t('snapshot-old', {
          snapshots: because.snapshots,
          time: format.date(because.oldestAt, 'day', now),
        })
      case 'unmanaged':
        return t('unmanaged', { snapshots: because.snapshots })
      case 'finding':
        return findings(because.finding)
      case 'hold-lost':
        return t('hold-lost', {
          snapshot: because.snapshot,
          by: because.by,
          time: format.date(because.at, 'moment', now),
        })
      case 'orphans':
        return t('orphans', {
          volumes: because.volumes,
          bytes: because.bytes === null ? 'none' : format.bytes(because.bytes),
        })
    }
  }
}
