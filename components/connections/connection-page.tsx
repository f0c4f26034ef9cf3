'use client'
/** One connection: its state, what a test finds, what it may do, and the way to change or remove it. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { RefreshCw } from 'lucide-react'
import Link from 'next/link'
import { useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { type ReactNode, useState } from 'react'
import { collectNow, removeConnection, setMode, testConnection } from '@/app/actions/connections'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice, useExplain, useReasonText } from '@/components/inventory/reason-notice'
import { RemoveDialog } from '@/components/inventory/remove-dialog'
import { Button, ButtonLink } from '@/components/ui/button'
import { RadioCards } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { DefinitionList } from '@/components/ui/facts'
import { Notice } from '@/components/ui/notice'
import { Dialog } from '@/components/ui/overlays'
import { PageHeader, SectionHeader } from '@/components/ui/page'
import { Tag } from '@/components/ui/state-marks'
import { DateTime, TimeAgo } from '@/components/ui/time-ago'
import { SECOND } from '@/lib/domain/units'
import type { ConnectionRow, ConnectionTest } from '@/lib/domain/view'
import { formatFilter } from '@/lib/engine/filter/format'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { CertificateChanged } from './certificate-changed'
import { CertificateEnd } from './certificate-end'
import { ConnectionState } from './connections-page'
import { TestResult } from './test-result'

/** The filter for the guests of one connection, whatever its name holds. */
const guestsOf = (name: string): string =>
  formatFilter([{ negated: false, field: 'connection', values: [{ text: name, whole: true }] }])

type Rights = { mayManage: boolean; mayCollect: boolean }

export function ConnectionPage({ connectionId, mayManage, mayCollect }: { connectionId: string } & Rights) {
  const t = useTranslations('connections.detail')
  const words = useTranslations('words')
  const { data: connection } = useSuspenseQuery(q.connection(connectionId))
  const [test, setTest] = useState<ConnectionTest | null>(null)
  const probe = useAction(testConnection)
  const collect = useAction(collectNow)
  const [asked, setAsked] = useState(false)
  const needsAdmin = mayManage ? null : t('needsAdmin')
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader
        crumbs={[{ label: t('crumbs'), href: '/connections' }]}
        title={connection.name}
        aside={
          <>
            <ConnectionState connection={connection} short />
            {connection.demo && <Tag>{t('isDemo')}</Tag>}
          </>
        }
        sub={words(`hypervisor.${connection.kind}`)}
        actions={
          <>
            <Button
              disabledReason={needsAdmin}
              busy={probe.busy}
              onClick={() => probe.run({ id: connection.id }, setTest)}
            >
              {t('test')}
            </Button>
            <Button
              icon={RefreshCw}
              disabledReason={mayCollect ? null : t('needsOperator')}
              busy={collect.busy}
              onClick={() => collect.run({ id: connection.id }, () => setAsked(true))}
            >
              {t('collectNow')}
            </Button>
          </>
        }
      />
      <div className="px-6 max-md:px-4 pb-6 flex flex-col gap-5">
        {asked && connection.collecting && <Notice tone="info">{t('collectAsked')}</Notice>}
        {[probe.refusal, collect.refusal].map(
          (reason) => reason !== null && <ReasonNotice key={reason.code} reason={reason} />,
        )}
        {connection.health.lastError !== null && <LastError connection={connection} mayManage={mayManage} />}
        {connection.health.changesRefused !== null && <ReasonNotice reason={connection.health.changesRefused} />}
        {connection.health.lastError === null && <UnreadParts connection={connection} />}
        <CertificateEnd validTo={connection.health.certificateValidTo} />
        {test !== null && <TestResult test={test} mode={connection.mode} />}
        <Facts connection={connection} />
        <Mode connection={connection} mayManage={mayManage} />
        {connection.demo && <p className="text-text-2">{t('demoText')}</p>}
        {!connection.demo && mayManage && <Manage connection={connection} />}
      </div>
    </div>
  )
}

function LastError({ connection, mayManage }: { connection: ConnectionRow; mayManage: boolean }) {
  const t = useTranslations('connections.detail')
  const reasonText = useReasonText()
  const { lastError } = connection.health
  if (lastError === null) return null
  if (lastError.code === 'certificate-changed') {
    return <CertificateChanged connection={connection} why={lastError} mayManage={mayManage} />
  }
  return (
    <Notice tone="warning" title={t('errorTitle')}>
      {reasonText(lastError)}
    </Notice>
  )
}

/** Parts shown before the rest is only counted. */
const UNREAD_SHOWN = 5

function UnreadParts({ connection }: { connection: ConnectionRow }) {
  const t = useTranslations('connections.detail')
  const words = useTranslations('words.section')
  const explain = useExplain()
  const { unread } = connection
  if (unread.length === 0) return null
  return (
    <Notice tone="stale" title={t('unreadTitle')}>
      <ul>
        {unread.slice(0, UNREAD_SHOWN).map((part) => (
          <li key={`${part.section} ${part.subject ?? ''}`} className="wrap-anywhere">
            {words(part.section)}
            {part.subject !== null && ` · ${part.subject}`}: {explain(part.reason).title}
          </li>
        ))}
        {unread.length > UNREAD_SHOWN && <li>{t('unreadMore', { count: unread.length - UNREAD_SHOWN })}</li>}
      </ul>
    </Notice>
  )
}

function addressText(connection: ConnectionRow): string {
  const { address } = connection
  return address.kind === 'libvirt' ? address.uri : address.kind === 'proxmox' ? address.urls.join(', ') : address.url
}

/** Who we are there and whose certificate is believed; nothing for other platforms. */
function useProxmoxFacts({ address, health }: ConnectionRow): [string, ReactNode][] {
  const t = useTranslations('connections.detail')
  const format = useFormat()
  const now = useNow()
  if (address.kind !== 'proxmox') return []
  const trust = address.authorities.length > 0 ? 'authority' : address.fingerprints.length > 0 ? 'leaf' : 'public'
  const end = health.certificateValidTo
  const until = end === null ? '' : `, ${t('validUntil', { date: format.date(end, 'day', now) })}`
  return [
    [
      t('user'),
      <span key="user" className="sw-mono wrap-anywhere">
        {address.user}
      </span>,
    ],
    [t('certificate'), `${t(`trust.${trust}`)}${until}`],
  ]
}

function Facts({ connection }: { connection: ConnectionRow }) {
  const t = useTranslations('connections.detail')
  const format = useFormat()
  const { health } = connection
  const read = health.lastAnswerAt !== null
  const proxmoxFacts = useProxmoxFacts(connection)
  return (
    <section>
      <SectionHeader title={t('facts')} />
      <div className="grid gap-x-10 gap-y-1.5 md:grid-cols-2">
        <DefinitionList
          labelWidth={168}
          items={[
            [
              t('address'),
              <span key="address" className="sw-mono wrap-anywhere">
                {addressText(connection)}
              </span>,
            ],
            ...proxmoxFacts,
            [t('version'), health.version ?? t('clockUnknown')],
            [
              t('guests'),
              read ? (
                <Link key="guests" href={`/guests?q=${encodeURIComponent(guestsOf(connection.name))}`}>
                  {connection.guestCount}
                </Link>
              ) : (
                t('notRead')
              ),
            ],
            [t('storages'), read ? connection.storageCount : t('notRead')],
            [t('added'), <DateTime key="added" at={connection.createdAt} style="full" />],
          ]}
        />
        <DefinitionList
          labelWidth={168}
          items={[
            [
              t('lastAnswer'),
              health.lastAnswerAt === null ? t('never') : <TimeAgo key="answer" at={health.lastAnswerAt} />,
            ],
            [t('lastFull'), health.lastFullAt === null ? t('never') : <TimeAgo key="full" at={health.lastFullAt} />],
            health.nextAttemptAt === null
              ? null
              : [t('nextAttempt'), <DateTime key="next" at={health.nextAttemptAt} style="moment" />],
            health.collectMillis === null || health.failures > 0
              ? null
              : [t('took'), format.duration(health.collectMillis)],
            health.failures === 0 ? null : [t('failures'), health.failures],
            [t('clock'), <Clock key="clock" skew={health.clockSkewMillis} />],
          ]}
        />
      </div>
    </section>
  )
}

function Clock({ skew }: { skew: number | null }) {
  const t = useTranslations('connections.detail')
  const format = useFormat()
  if (skew === null) return t('clockUnknown')
  if (Math.abs(skew) < SECOND) return t('clockSame')
  return t(skew > 0 ? 'clockAhead' : 'clockBehind', { skew: format.duration(Math.abs(skew)) })
}

function Mode({ connection, mayManage }: { connection: ConnectionRow; mayManage: boolean }) {
  const t = useTranslations('connections.detail')
  const words = useTranslations('words')
  const { run, busy, refusal } = useAction(setMode)
  const [asking, setAsking] = useState(false)
  const choose = (mode: 'observe' | 'operate') => {
    if (mode === connection.mode) return
    if (mode === 'operate') setAsking(true)
    else run({ id: connection.id, mode }, () => undefined)
  }
  return (
    <section className="max-w-200">
      <RadioCards
        label={t('modeTitle')}
        name="mode"
        columns={2}
        value={connection.mode}
        onChange={choose}
        options={(['observe', 'operate'] as const).map((mode) => ({
          value: mode,
          label: words(`mode.${mode}`),
          hint: words(`modeHint.${mode}`),
          disabledReason: mayManage ? null : t('needsAdmin'),
        }))}
      />
      {refusal !== null && <ReasonNotice reason={refusal} />}
      <Dialog
        open={asking}
        onClose={() => setAsking(false)}
        title={t('modeToOperate', { name: connection.name })}
        size="sm"
        footer={
          <>
            <Button onClick={() => setAsking(false)}>{t('keep')}</Button>
            <Button
              variant="primary"
              busy={busy}
              onClick={() => run({ id: connection.id, mode: 'operate' }, () => setAsking(false))}
            >
              {t('modeConfirm')}
            </Button>
          </>
        }
      >
        {t('modeToOperateText')}
      </Dialog>
    </section>
  )
}

function Manage({ connection }: { connection: ConnectionRow }) {
  const t = useTranslations('connections.detail')
  const router = useRouter()
  const [asking, setAsking] = useState(false)
  return (
    <section className="flex flex-wrap gap-2">
      <ButtonLink href={`/connections/${connection.id}/change`}>{t('change')}</ButtonLink>
      <Button onClick={() => setAsking(true)}>{t('remove')}</Button>
      <RemoveDialog
        thing={asking ? connection : null}
        action={removeConnection}
        words={({ name }) => ({
          title: t('removeTitle', { name }),
          text: t('removeText'),
          submit: t('removeConfirm', { name }),
        })}
        keep={t('keep')}
        onClose={() => setAsking(false)}
        onRemoved={() => router.push('/connections')}
      />
    </section>
  )
}
