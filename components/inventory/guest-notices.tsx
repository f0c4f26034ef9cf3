'use client'
/** What a person must know before reading on: stale or unread data, a deep chain, findings. */
import { useTranslations } from 'next-intl'
import { ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { StaleNotice } from '@/components/ui/states'
import type { GuestFinding } from '@/lib/domain/inventory'
import { elapsedMillis } from '@/lib/domain/units'
import type { Freshness, GuestDetail } from '@/lib/domain/view'
import { ADVISED_CHAIN_DEPTH } from '@/lib/engine/chain/merge-advice'
import { useFormat } from '@/lib/i18n/use-format'
import { ReasonNotice, useReasonText } from './reason-notice'

/** Findings shown before the rest is only counted. */
const FINDINGS_SHOWN = 4

export function StaleGuestNotice({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.stale')
  const format = useFormat()
  const now = useNow()
  if (!guest.stale) return null
  return (
    <StaleNotice
      title={t('title', {
        connection: guest.connectionName,
        time: format.date(guest.collectedAt, 'moment', now),
      })}
      actions={
        <ButtonLink size="sm" href={`/connections/${guest.connectionId}`}>
          {t('test')}
        </ButtonLink>
      }
    >
      {t('text', { age: format.duration(elapsedMillis(guest.collectedAt, now)) })}
    </StaleNotice>
  )
}

/** Says why nothing can be changed here now, although everything is read. */
export function RefusedNotice({ guest }: { guest: GuestDetail }) {
  return guest.changesRefused === null || guest.stale ? null : <ReasonNotice reason={guest.changesRefused} />
}

/** Says that one part is last known, and why it could not be read again. */
export function UnreadNotice({
  section,
  freshness,
}: {
  section: 'snapshots' | 'disks' | 'configuration' | 'volumes'
  freshness: Freshness
}) {
  const t = useTranslations('guest.stale')
  const words = useTranslations('words')
  const format = useFormat()
  const now = useNow()
  const reasonText = useReasonText()
  if (freshness.unread === undefined) return null
  return (
    <StaleNotice
      title={
        freshness.at === null
          ? t('sectionNever', { section: words(`section.${section}`) })
          : t('section', { section: words(`section.${section}`), time: format.date(freshness.at, 'moment', now) })
      }
    >
      {reasonText(freshness.unread)}
    </StaleNotice>
  )
}

export function ChainNotice({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.chain')
  const depth = guest.chainDepth
  if (depth === null || depth <= ADVISED_CHAIN_DEPTH) return null
  return (
    <Notice tone="warning" inline title={t('title', { depth: String(depth), advised: String(ADVISED_CHAIN_DEPTH) })}>
      {t('text', { files: String(depth + 1) })}
    </Notice>
  )
}

export function FindingNotices({ findings }: { findings: GuestFinding[] }) {
  const t = useTranslations('guest.findings')
  const sentence = useFindingSentence()
  if (findings.length === 0) return null
  const more = findings.length - FINDINGS_SHOWN
  return (
    <Notice tone="warning" title={t('title')}>
      <ul className="list-none">
        {findings.slice(0, FINDINGS_SHOWN).map((finding) => (
          <li key={JSON.stringify(finding)} className="wrap-anywhere">
            {sentence(finding)}
          </li>
        ))}
        {more > 0 && <li>{t('more', { count: more })}</li>}
      </ul>
    </Notice>
  )
}

/** A finding as a sentence; every value in it is foreign text and stays text. */
function useFindingSentence(): (finding: GuestFinding) => string {
  const words = useTranslations('words.finding')
  const format = useFormat()
  return (finding) => {
    switch (finding.finding) {
      case 'overlay-unexplained':
        return words('overlay-unexplained', { disk: finding.disk, file: finding.file })
      case 'parent-missing':
        return words('parent-missing', { snapshot: finding.snapshot, parent: finding.parent })
      case 'torn-snapshot':
        return words('torn-snapshot', { snapshot: finding.snapshot, disks: format.list(finding.disks) })
      case 'shared-base':
        return words('shared-base', { guests: format.list(finding.otherGuests), file: finding.file })
      case 'duplicate-name':
        return words('duplicate-name', { name: finding.name })
      case 'clock-ahead':
      case 'snapshot-incomplete':
        return words(finding.finding, { snapshot: finding.snapshot })
      case 'job-waiting':
        return words('job-waiting', { disk: finding.disk })
      case 'lock-left':
        return words('lock-left', { lock: finding.lock })
      case 'managed-save':
      case 'mixed-chain':
      case 'nvram-not-captured':
      case 'tpm-only-with-memory':
        return words(finding.finding)
    }
  }
}
