'use client'
/** What *Test connection* found: version, what our access allows, what is missing and what does not work without it. */
import { useTranslations } from 'next-intl'
import { ReasonNotice, useExplain } from '@/components/inventory/reason-notice'
import { CodeBlock } from '@/components/ui/code-block'
import { Notice } from '@/components/ui/notice'
import { SeverityIcon } from '@/components/ui/severity'
import type { AccessFinding, ConnectionMode } from '@/lib/domain/connection'
import { appendCommand, roleFor } from '@/lib/domain/proxmox-role'
import type { ConnectionTest } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { CertificateEnd } from './certificate-end'

type Passed = Extract<ConnectionTest, { ok: true }>

/** What observing needs; the rest matters once Snapwarden may operate. */
const OBSERVE: ReadonlySet<AccessFinding['ability']> = new Set([
  'read-guests',
  'read-snapshots',
  'read-storage',
  'read-volumes',
  'watch-events',
  'read-cluster',
  'read-backups',
])

export function TestResult({ test, mode }: { test: ConnectionTest; mode: ConnectionMode }) {
  const t = useTranslations('connections.test')
  const format = useFormat()
  if (!test.ok) return <ReasonNotice reason={test.why} tone="critical" />
  const access = test.access.filter((finding) => mode === 'operate' || OBSERVE.has(finding.ability))
  const granted = access.filter((finding) => finding.granted === 'yes').length
  const down = test.cluster?.nodes.filter(({ online }) => !online).map(({ name }) => name) ?? []
  return (
    <section aria-live="polite" className="flex flex-col gap-3">
      <div>
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1 pb-2 border-b border-line-subtle">
          <SeverityIcon severity="ok" />
          <span className="font-[560]">{t('connected', { product: test.product, version: test.version })}</span>
          <TestFacts test={test} />
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
      </div>
      {granted < access.length && <Less access={access} mode={mode} version={test.version} />}
      {down.length > 0 && (
        <Notice tone="warning" title={t('nodesDown', { names: format.list(down) })}>
          {t('nodesDownText')}
        </Notice>
      )}
      {test.certificate !== undefined && <CertificateEnd validTo={test.certificate.validTo} />}
    </section>
  )
}

/** Who answered, in one line. */
function TestFacts({ test }: { test: Passed }) {
  const t = useTranslations('connections.test')
  const format = useFormat()
  const { cluster, clockSkewMillis: skew } = test
  const facts =
    cluster === undefined
      ? [t('facts', { node: test.node, guests: test.guests ?? -1 })]
      : [
          cluster.name === null ? t('node', { name: test.node }) : t('cluster', { name: cluster.name }),
          ...(cluster.name === null ? [] : [t('nodes', { count: cluster.nodes.length })]),
          t('guests', { guests: test.guests ?? -1 }),
          ...(cluster.quorate === false ? [t('noQuorum')] : []),
        ]
  if (skew !== null && Math.abs(skew) >= 1000) facts.push(t('clock', { skew: format.duration(Math.abs(skew)) }))
  else if (skew !== null) facts.push(t('clockSame'))
  return <span className="text-text-2">{facts.join(', ')}</span>
}

function Less({ access, mode, version }: { access: AccessFinding[]; mode: ConnectionMode; version: string }) {
  const t = useTranslations('connections.test')
  const refused = access.filter((finding) => finding.granted === 'no' || finding.granted === 'some')
  // Only what the role of this mode holds: nobody is led to grant more than that.
  const role = roleFor(mode, Number.parseInt(version, 10) === 8 ? 8 : 9)
  const missing = [...new Set(refused.flatMap(({ needs }) => (needs === undefined ? [] : [needs.privilege])))]
  const grantable = missing.filter((privilege) => role.includes(privilege))
  return (
    <Notice tone={refused.length > 0 ? 'warning' : 'info'} title={t('less')}>
      {mode === 'observe' && refused.length === 0 && t('lessObserve')}
      {refused.length > 0 && grantable.length === 0 && t('lessByDesign')}
      {grantable.length > 0 && (
        <div className="flex flex-col gap-2 pt-1">
          {t('grant')}
          <CodeBlock wrap code={appendCommand(mode, grantable)} />
        </div>
      )}
    </Notice>
  )
}

function Finding({ finding }: { finding: AccessFinding }) {
  const t = useTranslations('connections.test')
  const words = useTranslations('words')
  const explain = useExplain()
  const { ability, granted, needs, on = [] } = finding
  const why = finding.why === undefined ? null : explain(finding.why)
  const [first = '', ...more] = on
  const where = more.length === 0 ? first : t('someMore', { first, count: more.length })
  const verdict =
    granted === 'yes'
      ? needs === undefined
        ? t('granted')
        : words(`ability.${ability}`)
      : granted === 'some'
        ? `${words(`ability.${ability}`)}. ${t('some', { where })}`
        : granted === 'unknown'
          ? (why?.title ?? t('unknown'))
          : `${words(`abilityMissing.${ability}`)}${why === null || needs !== undefined ? '' : ` ${why.action}`}`
  return (
    <li className="grid grid-cols-[16px_minmax(0,220px)_minmax(0,1fr)] max-md:grid-cols-[16px_minmax(0,1fr)] gap-x-2.5 gap-y-0.5 py-1.5 border-b border-line-subtle">
      <SeverityIcon severity={granted === 'yes' ? 'ok' : granted === 'unknown' ? 'stale' : 'warning'} />
      {needs === undefined ? (
        <span>{words(`ability.${ability}`)}</span>
      ) : (
        <span className="sw-mono wrap-anywhere">
          {needs.privilege} <span className="text-text-3">{needs.path}</span>
        </span>
      )}
      <span className={`max-md:col-start-2 ${granted === 'yes' ? 'text-text-2' : ''}`}>{verdict}</span>
    </li>
  )
}
