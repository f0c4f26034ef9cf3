'use client'
/** What *Test connection* found: version, what our access allows, what is missing and what does not work without it. */
import { useTranslations } from 'next-intl'
import { ReasonNotice, useExplain } from '@/components/inventory/reason-notice'
import { Notice } from '@/components/ui/notice'
import { SeverityIcon } from '@/components/ui/severity'
import type { AccessFinding, ConnectionMode } from '@/lib/domain/connection'
import type { ConnectionTest } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'

/** What observing needs; the rest matters once Snapwarden may operate. */
const OBSERVE: ReadonlySet<AccessFinding['ability']> = new Set([
  'read-guests',
  'read-snapshots',
  'read-storage',
  'read-volumes',
  'watch-events',
])

export function TestResult({ test, mode }: { test: ConnectionTest; mode: ConnectionMode }) {
  const t = useTranslations('connections.test')
  const format = useFormat()
  if (!test.ok) return <ReasonNotice reason={test.why} tone="critical" />
  const access = test.access.filter((finding) => mode === 'operate' || OBSERVE.has(finding.ability))
  const granted = access.filter((finding) => finding.granted === 'yes').length
  const skew = test.clockSkewMillis
  return (
    <section aria-live="polite">
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1 pb-2 border-b border-line-subtle">
        <SeverityIcon severity="ok" />
        <span className="font-[560]">{t('connected', { product: test.product, version: test.version })}</span>
        <span className="text-text-2">
          {t('facts', { node: test.node, guests: test.guests ?? -1 })}
          {skew !== null && Math.abs(skew) >= 1000 && `, ${t('clock', { skew: format.duration(Math.abs(skew)) })}`}
        </span>
        <span className="flex-1" />
        <span className="text-12 text-text-3">
          {t('allowed', { granted: String(granted), all: String(access.length) })}
        </span>
      </div>
      <ul>
        {access.map((finding) => (
          <Finding key={finding.ability} finding={finding} />
        ))}
      </ul>
      {granted < access.length && (
        <div className="pt-3">
          <Notice tone={access.some((finding) => finding.granted === 'no') ? 'warning' : 'info'} title={t('less')}>
            {mode === 'observe' && access.every((finding) => finding.granted !== 'no') && t('lessObserve')}
          </Notice>
        </div>
      )}
    </section>
  )
}

function Finding({ finding }: { finding: AccessFinding }) {
  const t = useTranslations('connections.test')
  const words = useTranslations('words')
  const explain = useExplain()
  const why = finding.why === undefined ? null : explain(finding.why)
  return (
    <li className="grid grid-cols-[16px_minmax(0,220px)_minmax(0,1fr)] max-md:grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 gap-y-0.5 py-1.5 border-b border-line-subtle">
      <SeverityIcon severity={finding.granted === 'yes' ? 'ok' : finding.granted === 'no' ? 'warning' : 'stale'} />
      <span>{words(`ability.${finding.ability}`)}</span>
      <span className="text-text-2 max-md:col-start-2">
        {finding.granted === 'yes'
          ? t('granted')
          : finding.granted === 'unknown'
            ? (why?.title ?? t('unknown'))
            : `${words(`abilityMissing.${finding.ability}`)} ${why === null ? '' : why.action}`}
      </span>
    </li>
  )
}
