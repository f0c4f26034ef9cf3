'use client'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { type ReactNode, useCallback } from 'react'
import { changeProfile } from '@/app/actions/profile'
import { signOut } from '@/app/actions/session'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { elapsedMillis } from '@/lib/domain/units'
import type { SearchHit, ShellView } from '@/lib/domain/view'
import type { Theme } from '@/lib/i18n/cookies'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import type { PreferencePatch } from './appearance-menus'
import type { PaletteHit } from './palette'
import type { UrgentEntries } from './rail'
import { Shell } from './shell'
import type { ShellUser } from './user-menu'

/** Running operations counted in the top bar; nobody follows more. */
const OPEN_COUNTED = 100

const ALERTS_URGENT: UrgentEntries = new Set(['alerts'] as const)
const NOTHING_URGENT: UrgentEntries = new Set()

/** The shell on live data. `user` is who the server saw, for the moment when the shell's own read did not answer. */
export function ConsoleShell({ user, theme, children }: { user: ShellUser; theme: Theme; children: ReactNode }) {
  const client = useQueryClient()
  const { data } = useQuery(q.shell())
  const { data: open } = useQuery(q.operations({ state: 'queued,running', limit: OPEN_COUNTED }))
  const running = open?.rows.length ?? 0
  const search = useCallback(
    async (text: string) => (await client.fetchQuery(q.search(text))).map(toPaletteHit),
    [client],
  )
  return (
    <Shell
      user={data?.user ?? user}
      theme={theme}
      counts={{
        guests: data?.counts.guests,
        storage: data?.counts.storages,
        alerts: data !== undefined && data.counts.alerts > 0 ? data.counts.alerts : null,
        operations: running > 0 ? running : null,
        connections: data?.counts.connections,
      }}
      urgent={data?.alertsUrgent ? ALERTS_URGENT : NOTHING_URGENT}
      running={running}
      sources={(data?.sources ?? []).map((source) => ({
        id: source.connectionId,
        name: source.name,
        lastAnswerAt: source.lastAnswerAt,
        failing: source.state === 'failing',
      }))}
      demo={data?.demo ?? false}
      search={search}
      onSignOut={leave}
      onPreference={keep}
      banner={data?.worker.late ? <WorkerLate worker={data.worker} /> : null}
    >
      {children}
    </Shell>
  )
}

/** Signing out ends with a page load, so that nothing of the session stays in memory. */
function leave(): void {
  signOut({}).then(
    () => location.assign('/sign-in'),
    (error: unknown) => {
      console.error('Signing out did not answer', error)
      location.assign('/sign-in')
    },
  )
}

/** The choice is in force already; the account's copy follows. */
function keep(patch: PreferencePatch): void {
  changeProfile(patch).catch((error: unknown) => console.warn('The preference was kept in this browser only', error))
}

function WorkerLate({ worker }: { worker: ShellView['worker'] }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const now = useNow()
  return (
    <div className="px-6 pt-3 max-md:px-4">
      <Notice tone="stale" inline>
        {worker.heartbeatAt === null
          ? t('freshness.workerUnknown')
          : t('freshness.worker', { age: format.age(elapsedMillis(worker.heartbeatAt, now)) })}
      </Notice>
    </div>
  )
}

function toPaletteHit(hit: SearchHit): PaletteHit {
  const href =
    hit.kind === 'guest'
      ? `/guests/${hit.id}`
      : hit.kind === 'snapshot'
        ? `/guests/${hit.guestId}?snapshot=${encodeURIComponent(hit.id)}`
        : hit.kind === 'storage'
          ? `/storage/${hit.id}`
          : `/connections/${hit.id}`
  return { id: hit.id, kind: hit.kind, label: hit.name, note: hit.where, href }
}
