'use client'
/** Every connection: does it answer, how fresh is it, what came from it. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Plus, Unplug } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { removeDemo } from '@/app/actions/demo'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice, useExplain } from '@/components/inventory/reason-notice'
import { Button, ButtonLink } from '@/components/ui/button'
import { PageHeader } from '@/components/ui/page'
import { SeverityBadge } from '@/components/ui/severity'
import { Tag } from '@/components/ui/state-marks'
import { EmptyState } from '@/components/ui/states'
import { TimeAgo } from '@/components/ui/time-ago'
import type { Reason } from '@/lib/domain/reason'
import type { ConnectionRow } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'

export function ConnectionsPage({ mayManage }: { mayManage: boolean }) {
  const t = useTranslations('connections')
  const { data: connections } = useSuspenseQuery(q.connections())
  const answering = connections.filter((connection) => connection.health.state === 'fresh').length
  if (connections.length === 0) {
    return (
      <EmptyState
        page
        icon={Unplug}
        title={t('empty.title')}
        actions={
          mayManage && (
            <ButtonLink variant="primary" href="/connections/new">
              {t('add')}
            </ButtonLink>
          )
        }
      >
        {mayManage ? t('empty.text') : t('empty.askAdmin')}
      </EmptyState>
    )
  }
  return (
    <div className="flex-1 min-h-0 overflow-auto" data-scroll>
      <PageHeader
        title={t('title')}
        sub={t('sub', { count: connections.length, answering: String(answering) })}
        actions={
          mayManage && (
            <ButtonLink variant="primary" icon={Plus} href="/connections/new">
              {t('add')}
            </ButtonLink>
          )
        }
      />
      <table className="sw-table" aria-label={t('list')}>
        <Head />
        <tbody>
          {connections.map((connection) => (
            <ConnectionLine key={connection.id} connection={connection} />
          ))}
        </tbody>
      </table>
      {mayManage && connections.some((connection) => connection.demo) && <RemoveDemo />}
    </div>
  )
}

function Head() {
  const t = useTranslations('connections.columns')
  return (
    <thead>
      <tr>
        <th scope="col">{t('name')}</th>
        <th scope="col" className="w-36 max-lg:hidden">
          {t('platform')}
        </th>
        <th scope="col" className="w-[24%] max-xl:w-[30%] max-md:w-[48%]">
          {t('state')}
        </th>
        <th scope="col" className="w-32 max-md:hidden">
          {t('lastAnswer')}
        </th>
        <th scope="col" className="w-22 sw-number max-md:hidden">
          {t('guests')}
        </th>
        <th scope="col" className="w-22 sw-number max-lg:hidden">
          {t('storages')}
        </th>
        <th scope="col" className="w-26 max-lg:hidden">
          {t('mode')}
        </th>
        <th scope="col" className="w-26 max-xl:hidden">
          {t('version')}
        </th>
      </tr>
    </thead>
  )
}

function ConnectionLine({ connection }: { connection: ConnectionRow }) {
  const t = useTranslations('connections')
  const words = useTranslations('words')
  const common = useTranslations('common')
  const { health } = connection
  // What was never read is not known; it is not none.
  const unknown = <span className="text-text-3">{common('notKnown')}</span>
  return (
    <tr>
      <th scope="row">
        <Link href={`/connections/${connection.id}`} className="sw-name">
          {connection.name}
        </Link>{' '}
        {connection.demo && <Tag>{t('demo')}</Tag>}
      </th>
      <td className="text-text-2 max-lg:hidden">{words(`hypervisor.${connection.kind}`)}</td>
      <td className="whitespace-normal! py-1.5!">
        <ConnectionState connection={connection} />
      </td>
      <td className="text-text-2 max-md:hidden">
        {health.lastAnswerAt === null ? common('never') : <TimeAgo at={health.lastAnswerAt} />}
      </td>
      <td className="sw-number max-md:hidden">{health.lastAnswerAt === null ? unknown : connection.guestCount}</td>
      <td className="sw-number max-lg:hidden">{health.lastAnswerAt === null ? unknown : connection.storageCount}</td>
      <td className="text-text-2 max-lg:hidden">{words(`mode.${connection.mode}`)}</td>
      <td className="text-text-2 num max-xl:hidden">{health.version ?? common('notKnown')}</td>
    </tr>
  )
}

const SEVERITY = { fresh: 'ok', stale: 'stale', failing: 'warning', 'never-read': 'stale' } as const

/** The state in a word, and when it does not answer, why; `short` leaves the reason to the page around it. */
export function ConnectionState({ connection, short = false }: { connection: ConnectionRow; short?: boolean }) {
  const t = useTranslations('connections')
  const words = useTranslations('words.health')
  const explain = useExplain()
  const { health, progress, collecting } = connection
  const { lastError, changesRefused } = health
  const why = lastError === null ? null : explain(naming(lastError, connection.name)).title
  const refusal = changesRefused === null || health.state !== 'fresh' ? null : explain(changesRefused).title
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 max-w-full">
      <SeverityBadge severity={refusal === null ? SEVERITY[health.state] : 'warning'} plain>
        {words(health.state)}
      </SeverityBadge>
      {health.state === 'never-read' && collecting ? (
        <span className="text-text-2">
          {progress === null
            ? t('collecting')
            : t('progress', { done: String(progress.done), total: String(progress.total) })}
        </span>
      ) : (
        (why ?? refusal) !== null && !short && <span className="text-text-2 wrap-anywhere">{why ?? refusal}</span>
      )}
    </span>
  )
}

/** In a list the name stands beside it: said instead of a long address. */
const naming = (why: Reason, name: string): Reason => (why.code === 'unreachable' ? { ...why, address: name } : why)

function RemoveDemo() {
  const t = useTranslations('connections.demoFleet')
  const { run, busy, refusal } = useAction(removeDemo)
  return (
    <section className="px-6 max-md:px-4 py-4 flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-3">
        <span className="text-text-2">{t('text')}</span>
        <Button size="sm" busy={busy} onClick={() => run({}, () => undefined)}>
          {t('remove')}
        </Button>
      </div>
      {refusal !== null && <ReasonNotice reason={refusal} />}
    </section>
  )
}
