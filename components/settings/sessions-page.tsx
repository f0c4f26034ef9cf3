'use client'
/** Browsers that are signed in, and the way to end them. An administrator sees everybody's. */
import { useQueryClient, useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import type { ReactNode } from 'react'
import { revokeOtherSessions, revokeSession } from '@/app/actions/sessions'
import { useAction } from '@/components/auth/use-action'
import { ReasonNotice } from '@/components/inventory/reason-notice'
import { Button } from '@/components/ui/button'
import { Tag } from '@/components/ui/state-marks'
import { DateTime } from '@/components/ui/time-ago'
import type { SessionRow } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'
import { browserName } from './browser-name'
import { LastSeen } from './last-seen'
import { TableSection } from './section'

export function SessionsPage({ email, seesAll }: { email: string; seesAll: boolean }) {
  const t = useTranslations('settings.sessions')
  const client = useQueryClient()
  const { data: sessions } = useSuspenseQuery(q.sessions())
  const one = useAction(revokeSession)
  const all = useAction(revokeOtherSessions)
  const renew = () => void client.invalidateQueries(q.sessions())
  const mine = sessions.filter((session) => session.userEmail === email)
  const others = sessions.filter((session) => session.userEmail !== email)
  const end = (session: SessionRow) => one.run({ id: session.id }, renew)
  return (
    <>
      {[one.refusal, all.refusal].map(
        (reason) =>
          reason !== null && (
            <div key={reason.code} className="px-6 max-md:px-4 pt-4">
              <ReasonNotice reason={reason} tone="critical" />
            </div>
          ),
      )}
      <TableSection
        title={t('yours')}
        text={t('yoursText')}
        actions={
          <Button
            busy={all.busy}
            disabledReason={mine.some((session) => !session.current) ? null : t('noOthers')}
            onClick={() => all.run({}, renew)}
          >
            {t('signOutOthers')}
          </Button>
        }
      >
        <SessionTable label={t('yours')} sessions={mine} busy={one.busy} onEnd={end} />
      </TableSection>
      {seesAll && (
        <TableSection title={t('others')} text={others.length === 0 ? t('nobody') : t('othersText')}>
          {others.length > 0 && (
            <SessionTable label={t('others')} sessions={others} withPerson busy={one.busy} onEnd={end} />
          )}
        </TableSection>
      )}
    </>
  )
}

type TableProps = {
  label: string
  sessions: readonly SessionRow[]
  withPerson?: boolean
  busy: boolean
  onEnd: (session: SessionRow) => void
}

function SessionTable({ label, sessions, withPerson = false, busy, onEnd }: TableProps) {
  const t = useTranslations('settings.sessions')
  return (
    <table className="sw-table" aria-label={label}>
      <thead>
        <tr>
          {withPerson && <th scope="col">{t('columns.person')}</th>}
          <th scope="col" className={withPerson ? 'max-md:hidden' : undefined}>
            {t('columns.browser')}
          </th>
          <th scope="col" className="w-44 max-md:hidden">
            {t('columns.address')}
          </th>
          <th scope="col" className="w-36 max-lg:hidden">
            {t('columns.since')}
          </th>
          <th scope="col" className="w-32 max-md:hidden">
            {t('columns.seen')}
          </th>
          <td className="w-30 max-md:w-36" />
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <SessionLine key={session.id} session={session} withPerson={withPerson} busy={busy} onEnd={onEnd} />
        ))}
      </tbody>
    </table>
  )
}

type LineProps = Required<Pick<TableProps, 'withPerson' | 'busy' | 'onEnd'>> & { session: SessionRow }

function SessionLine({ session, withPerson, busy, onEnd }: LineProps) {
  const t = useTranslations('settings.sessions')
  const common = useTranslations('common')
  const name = browserName(session.agent)
  const browser =
    name === null
      ? t('unknown')
      : name.system === null
        ? name.browser
        : t('on', { browser: name.browser, system: name.system })
  const address = session.address ?? common('notKnown')
  return (
    <tr>
      {withPerson && (
        <th scope="row">
          <span className="sw-name">{session.userEmail}</span>
          <span className="block sw-ellipsis text-12 text-text-3 md:hidden">
            {browser} · {session.current ? common('now') : <LastSeen at={session.lastSeenAt} />}
          </span>
        </th>
      )}
      <Browser scope={withPerson ? undefined : 'row'} title={session.agent}>
        <span className={withPerson ? 'text-text-2' : 'sw-name'}>{browser}</span>{' '}
        {session.current && <Tag>{t('current')}</Tag>}
        {!withPerson && (
          <span className="block sw-ellipsis text-12 text-text-3 md:hidden">
            {address} · {session.current ? common('now') : <LastSeen at={session.lastSeenAt} />}
          </span>
        )}
      </Browser>
      <td className="text-text-2 num max-md:hidden">{address}</td>
      <td className="text-text-2 max-lg:hidden">
        <DateTime at={session.createdAt} />
      </td>
      <td className="text-text-2 max-md:hidden">
        {session.current ? common('now') : <LastSeen at={session.lastSeenAt} />}
      </td>
      <td className="sw-number">
        {!session.current && (
          <Button
            size="sm"
            busy={busy}
            aria-label={t('signOutName', { browser, person: session.userEmail })}
            onClick={() => onEnd(session)}
          >
            {t('signOut')}
          </Button>
        )}
      </td>
    </tr>
  )
}

/** The row's name where it is one's own session; elsewhere the person is. */
function Browser({ scope, title, children }: { scope: 'row' | undefined; title: string | null; children: ReactNode }) {
  return scope === 'row' ? (
    <th scope="row" title={title ?? undefined}>
      {children}
    </th>
  ) : (
    <td className="max-md:hidden" title={title ?? undefined}>
      {children}
    </td>
  )
}
