'use client'
/** Step three of set-up: the first reading, live, until there is something to look at. */
import { useQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { ButtonLink } from '@/components/ui/button'
import { FooterBar } from '@/components/ui/page'
import { SeverityIcon } from '@/components/ui/severity'
import type { ConnectionRow } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'

/** How often a person who watches sees news, ms; the live stream belongs to the console's shell. */
const WATCH = 1000

export function SetupInventory() {
  const t = useTranslations('entry')
  const { data: connections = [] } = useQuery({ ...q.connections(), refetchInterval: WATCH })
  const done = connections.filter((connection) => connection.health.lastAnswerAt !== null)
  const settled = connections.every(({ health }) => health.lastAnswerAt !== null || health.lastError !== null)
  const ready = done.length > 0 && settled
  const sum = (count: (connection: ConnectionRow) => number) => done.reduce((total, each) => total + count(each), 0)
  return (
    <>
      <div className="sw-setup-body">
        <h1>{t(ready ? 'inventory.titleDone' : 'inventory.title')}</h1>
        <p className="sw-setup-lead" role="status">
          {ready
            ? t('inventory.done', {
                guests: sum((each) => each.guestCount),
                storages: sum((each) => each.storageCount),
                connections: done.length,
              })
            : t('inventory.lead')}
        </p>
        <ul className="mt-6 max-w-180">
          {connections.map((connection) => (
            <Progress key={connection.id} connection={connection} />
          ))}
        </ul>
      </div>
      <FooterBar note={t('steps.of', { step: '3' })}>
        <ButtonLink variant={ready ? 'primary' : 'secondary'} href="/" prefetch={false}>
          {t(ready ? 'inventory.open' : 'inventory.openAnyway')}
        </ButtonLink>
      </FooterBar>
    </>
  )
}

function Progress({ connection }: { connection: ConnectionRow }) {
  const t = useTranslations('entry.inventory')
  const { health, progress } = connection
  const answered = health.lastAnswerAt !== null
  const failed = !answered && health.lastError !== null
  const words = answered
    ? t('read', { guests: connection.guestCount, storages: connection.storageCount })
    : progress !== null
      ? t('progress', { done: String(progress.done), total: String(progress.total) })
      : failed
        ? t('failed')
        : t(connection.collecting ? 'reading' : 'waiting')
  return (
    <li className="py-2.5 border-b border-line-subtle">
      <div className="flex items-center gap-2.5">
        <SeverityIcon severity={answered ? 'ok' : failed ? 'warning' : 'stale'} />
        <span className="font-[540]">{connection.name}</span>
        <span className="text-text-2">{words}</span>
      </div>
      {failed && health.lastError !== null && (
        <div className="mt-2">
          <ReasonNotice reason={health.lastError} />
        </div>
      )}
    </li>
  )
}
