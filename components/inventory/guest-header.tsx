'use client'
/** Head of every page of a guest: where it is, what state it is in, how old that is, and its tabs. */
import { useQuery } from '@tanstack/react-query'
import { Archive, Camera, Combine, Cpu, HardDrive, LoaderCircle } from 'lucide-react'
import Link from 'next/link'
import { usePathname, useRouter } from 'next/navigation'
import { useTranslations } from 'next-intl'
import { useGuestActions } from '@/components/plan/guest-actions'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { CopyLink } from '@/components/ui/copy-link'
import { Icon } from '@/components/ui/icon'
import { useShortcut } from '@/components/ui/keyboard'
import { LinkTabs, PageHeader } from '@/components/ui/page'
import { useRecordKeys } from '@/components/ui/record-keys'
import { PowerDot, Tag } from '@/components/ui/state-marks'
import { TimeAgo } from '@/components/ui/time-ago'
import type { GuestDetail } from '@/lib/domain/view'
import { diagnose } from '@/lib/engine/doctor/diagnose'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

export function GuestHeader({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest')
  const shell = useTranslations('shell')
  const path = usePathname()
  useRecordKeys('guest', guest.id)
  const base = `/guests/${guest.id}`
  const found = diagnose(guest).length
  const tabs = [
    { href: base, label: t('tabs.snapshots'), ...(guest.snapshotCount !== null && { count: guest.snapshotCount }) },
    { href: `${base}/disks`, label: t('tabs.disks'), ...(guest.disks !== null && { count: guest.disks.length }) },
    { href: `${base}/configuration`, label: t('tabs.configuration') },
    { href: `${base}/operations`, label: t('tabs.operations') },
    {
      href: `${base}/doctor`,
      label: t('tabs.doctor'),
      ...(found > 0 && { count: found }),
    },
  ]
  return (
    <>
      <PageHeader
        className="pb-2.5"
        crumbs={[
          { label: shell('nav.guests'), href: '/guests' },
          { label: guest.connectionName, href: `/connections/${guest.connectionId}` },
          ...(guest.node !== '' && guest.node !== guest.connectionName ? [{ label: guest.node }] : []),
        ]}
        title={guest.name}
        aside={
          <>
            <PowerDot power={guest.power} word />
            {guest.tags.map((tag) => (
              <Tag key={tag}>{tag}</Tag>
            ))}
            <EnvironmentTag guestId={guest.id} />
            <GuestMarks guest={guest} />
          </>
        }
        meta={<GuestMeta guest={guest} />}
        actions={<HeaderActions guest={guest} />}
      />
      <LinkTabs label={t('tabs.label')} tabs={tabs} current={path} />
    </>
  )
}

/** What it is for, where that is known, and how long its snapshots may live because of it. */
function EnvironmentTag({ guestId }: { guestId: string }) {
  const t = useTranslations('guest.meta')
  const format = useFormat()
  const { data } = useQuery(q.environment(guestId))
  if (data === undefined || data.environment === 'unknown') return null
  const { environment, said, limitMillis } = data
  const hint =
    limitMillis === null
      ? t('environmentWithoutLimit')
      : t(said ? 'environmentSaid' : 'environmentProposed', { limit: format.age(limitMillis) })
  return (
    <span title={hint}>
      <Tag>{t(`environment.${environment}`)}</Tag>
    </span>
  )
}

/** What else decides what can be done with it: a template, a lock, who starts it. */
function GuestMarks({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.meta')
  return (
    <>
      {guest.template && <Tag>{t('template')}</Tag>}
      {guest.lock !== null && <Tag>{t('locked', { lock: guest.lock })}</Tag>}
      {(['ha', 'replicated', 'protected'] as const).map(
        (mark) =>
          guest[mark] === true && (
            <span key={mark} title={t(`${mark}Hint`)}>
              <Tag>{t(mark)}</Tag>
            </span>
          ),
      )}
    </>
  )
}

/** The newest backup, and what the hypervisor is doing with the guest; nothing where neither is told. */
function GuestDoings({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.meta')
  const format = useFormat()
  const now = useNow()
  return (
    <>
      {guest.lastBackup !== null && (
        <span>
          <Icon icon={Archive} small />
          {guest.lastBackup.at === null
            ? t('noBackup')
            : t.rich('backedUp', { time: () => <TimeAgo at={guest.lastBackup?.at ?? ''} /> })}
        </span>
      )}
      {guest.tasks?.map(({ task, by, since }) => (
        <span key={`${task} ${by} ${since}`}>
          <Icon icon={LoaderCircle} small />
          {since === null
            ? t('taskNoTime', { task, by })
            : t('task', { task, by, time: format.date(since, 'moment', now) })}
        </span>
      ))}
    </>
  )
}

/** Taking a snapshot is what people come for; merging is offered where there is a chain. */
function HeaderActions({ guest }: { guest: GuestDetail }) {
  const flows = useTranslations('flows.action')
  const router = useRouter()
  const actions = useGuestActions(guest)
  const take = () => router.push(`/guests/${guest.id}/take`)
  const merge = () => router.push(`/guests/${guest.id}/merge`)
  const deep = guest.chainDepth !== null && guest.chainDepth > 0
  useShortcut('s', take, { enabled: actions.take === null })
  useShortcut('m', merge, { enabled: deep && actions.merge === null })
  return (
    <>
      <CopyLink className="max-md:hidden" />
      {deep && (
        <Button icon={Combine} keys="M" disabledReason={actions.merge} onClick={merge}>
          {flows('merge')}
        </Button>
      )}
      <Button variant="primary" icon={Camera} keys="S" disabledReason={actions.take} onClick={take}>
        {flows('take')}
      </Button>
    </>
  )
}

function GuestMeta({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('guest.meta')
  const format = useFormat()
  const virtual = guest.disks?.filter((disk) => disk.device === 'disk').map((disk) => disk.virtualBytes) ?? []
  const complete = virtual.length > 0 && virtual.every((bytes) => bytes !== null)
  const size = complete ? virtual.reduce<number>((sum, bytes) => sum + (bytes ?? 0), 0) : null
  return (
    <>
      {guest.cpus !== null && (
        <span>
          <Icon icon={Cpu} small />
          {guest.memoryBytes === null
            ? t('cpus', { cpus: guest.cpus })
            : t('size', { cpus: guest.cpus, memory: format.bytes(guest.memoryBytes) })}
        </span>
      )}
      {guest.storages.length > 0 && (
        <span>
          <Icon icon={HardDrive} small />
          {size === null ? t('diskSpace') : t('on', { size: format.bytes(size) })}{' '}
          {guest.storages.map((storage, index) => (
            <span key={storage.id}>
              {index > 0 && ', '}
              <Link href={`/storage/${storage.id}`}>{storage.name}</Link>
            </span>
          ))}
        </span>
      )}
      <GuestDoings guest={guest} />
      <span className="text-text-3">{t.rich('seenAt', { time: () => <TimeAgo at={guest.collectedAt} /> })}</span>
    </>
  )
}
