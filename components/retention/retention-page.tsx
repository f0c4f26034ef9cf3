'use client'
/** The review of a team lead: how much is inside its limit, what is past it, whose it is, and what is not known. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { CalendarCheck, Download, Printer, SlidersHorizontal } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { MAX_GUESTS_AT_ONCE } from '@/components/inventory/selection-limit'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { PageHeader, SectionHeader } from '@/components/ui/page'
import { EmptyState } from '@/components/ui/states'
import type { PastSnapshot, RetentionView } from '@/lib/domain/retention'
import { judged } from '@/lib/engine/retention/shares'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { EnvironmentTable, OwnerTable } from './figures'
import { LimitsDialog } from './limits-dialog'
import { HeldTable, PastTable } from './past-table'
import { useRetentionCsv } from './retention-csv'

/** Heads stand where the cells of the tables below them begin. */
const PADDED = 'px-6 max-md:px-4'
/** More snapshots would not fit into one address; the rest follows in a second plan. */
const PLANNED_AT_ONCE = 150

/** The guided deletion of these. */
function deleteAddress(past: readonly PastSnapshot[]): string {
  const guests = [...new Set(past.map(({ guestId }) => guestId))].join(',')
  return `/delete?guests=${guests}&snapshots=${past.map(({ snapshotId }) => snapshotId).join(',')}`
}

/** The furthest past their limit, of as many guests as one plan takes. */
function firstToGo(past: readonly PastSnapshot[]): PastSnapshot[] {
  const guests = new Set([...new Set(past.map(({ guestId }) => guestId))].slice(0, MAX_GUESTS_AT_ONCE))
  return past.filter(({ guestId }) => guests.has(guestId)).slice(0, PLANNED_AT_ONCE)
}

export function RetentionPage({
  maySet,
  mayLimit,
  mayDelete,
}: {
  maySet: boolean
  mayLimit: boolean
  mayDelete: boolean
}) {
  const t = useTranslations('retention')
  const { data: view } = useSuspenseQuery(q.retention())
  const [limiting, setLimiting] = useState(false)
  const saveCsv = useRetentionCsv()
  const format = useFormat()
  const now = useNow()
  const guests = view.environments.reduce((sum, { guests: count }) => sum + count, 0)
  const free = view.past.filter(({ held }) => held === null)
  const held = view.past.filter((each) => each.held !== null)
  const first = firstToGo(free)
  return (
    <div className="flex-1 min-h-0 overflow-auto print:overflow-visible" data-scroll>
      <PageHeader
        title={t('title')}
        sub={t('date', { date: format.date(view.now, 'day', now), guests })}
        actions={
          <>
            {mayLimit && (
              <Button icon={SlidersHorizontal} onClick={() => setLimiting(true)}>
                {t('limits')}
              </Button>
            )}
            {mayDelete && first.length > 0 && (
              <ButtonLink href={deleteAddress(first)}>{t('review', { count: format.number(first.length) })}</ButtonLink>
            )}
            <Button icon={Download} onClick={() => saveCsv(view)}>
              {t('exportCsv')}
            </Button>
            <Button icon={Printer} className="max-md:hidden" onClick={() => window.print()}>
              {t('print')}
            </Button>
          </>
        }
      />
      <Headline view={view} />
      <section className="pt-2 pb-4">
        <SectionHeader title={t('byEnvironment')} className={PADDED} />
        <EnvironmentTable view={view} />
      </section>
      {view.owners.length > 0 && (
        <section className="pb-4">
          <SectionHeader title={t('byOwner')} className={PADDED} />
          <OwnerTable owners={view.owners} />
        </section>
      )}
      <section className="pb-4">
        <SectionHeader title={t('listTitle')} className={PADDED} />
        {free.length === 0 ? (
          <EmptyState icon={CalendarCheck} title={t('none')}>
            {t('noneText')}
          </EmptyState>
        ) : (
          <PastTable past={free} maySet={maySet} />
        )}
        {view.pastTotal > view.past.length && (
          <p className="text-text-2 pt-2 px-6 max-md:px-4">
            {t('listMore', { listed: format.number(view.past.length), total: format.number(view.pastTotal) })}
          </p>
        )}
      </section>
      {held.length > 0 && (
        <section className="pb-4">
          <SectionHeader title={t('heldTitle')} note={t('heldText')} className={PADDED} />
          <HeldTable held={held} />
        </section>
      )}
      <StandIns view={view} />
      <NotJudged view={view} />
      <p className="px-6 max-md:px-4 pb-6 text-12 text-text-3">
        {t('made', { date: format.date(view.now, 'full', now) })}
      </p>
      <LimitsDialog open={limiting} onClose={() => setLimiting(false)} limits={view.limits} />
    </div>
  )
}

/** The review in one sentence, as it is read aloud in a meeting. */
function Headline({ view }: { view: RetentionView }) {
  const t = useTranslations('retention')
  const format = useFormat()
  if (view.snapshots === 0) return <p className="sw-report-headline">{t('headlineNone')}</p>
  // What no limit applies to is neither inside nor past one.
  const { total, inside, withoutTime } = judged(view.environments)
  if (total === 0) return <p className="sw-report-headline">{t('headlineNoLimit')}</p>
  const production = view.environments.find(({ environment }) => environment === 'production')?.past ?? 0
  const sizes = view.environments.filter(({ past }) => past > 0).map(({ held }) => held)
  const told = sizes.filter(({ bytes }) => bytes !== null)
  const bytes = told.reduce((sum, size) => sum + (size.bytes ?? 0), 0)
  const size = sizes.some(({ confidence }) => confidence !== 'exact') ? `≥ ${format.bytes(bytes)}` : format.bytes(bytes)
  return (
    <p className="sw-report-headline">
      {t.rich('headline', {
        b: (chunks) => <strong>{chunks}</strong>,
        inside: format.number(inside),
        total: format.number(total),
        past: view.pastTotal,
        production,
      })}{' '}
      {withoutTime > 0 && `${t('headlineWithoutTime', { count: withoutTime })} `}
      {view.pastTotal > 0 && (told.length === 0 ? t('freesUnknown') : t('frees', { size }))}
    </p>
  )
}

/** Names shown before the rest is counted; the CSV has all. */
const NAMED = 5
const WEEK_MILLIS = 7 * 24 * 3_600_000

/** Guests whose snapshot is past its limit and whose hypervisor tells of no backup this week. */
function StandIns({ view }: { view: RetentionView }) {
  const t = useTranslations('retention')
  const format = useFormat()
  const names = [
    ...new Set(
      view.past
        .filter(({ backupKnown }) => backupKnown)
        .filter(
          ({ lastBackupAt }) => lastBackupAt === null || Date.parse(view.now) - Date.parse(lastBackupAt) > WEEK_MILLIS,
        )
        .map(({ guestName }) => guestName),
    ),
  ]
  if (names.length === 0) return null
  const shown = format.list(names.slice(0, NAMED))
  return (
    <section className="px-6 max-md:px-4 pb-4">
      <SectionHeader title={t('standIn')} />
      <p className="max-w-180">
        {t('standInText', {
          count: names.length,
          names:
            names.length > NAMED
              ? t('standInMore', { names: shown, count: format.number(names.length - NAMED) })
              : shown,
        })}
      </p>
    </section>
  )
}

/** What is in no figure above, so that nobody reads it as none. */
function NotJudged({ view }: { view: RetentionView }) {
  const t = useTranslations('retention')
  const format = useFormat()
  const now = useNow()
  const lines = [
    view.unknown.guests > 0 ? t('unknownGuests', { count: view.unknown.guests }) : null,
    view.unknown.snapshotsWithoutTime > 0 ? t('withoutTime', { count: view.unknown.snapshotsWithoutTime }) : null,
    view.withoutEnvironment.snapshots > 0 ? t('withoutEnvironment', view.withoutEnvironment) : null,
    ...view.silent.map(({ name, lastAnswerAt }) =>
      lastAnswerAt === null
        ? t('silentNever', { name })
        : t('silent', { name, date: format.date(lastAnswerAt, 'moment', now) }),
    ),
  ].filter((line) => line !== null)
  if (lines.length === 0) return null
  return (
    <section className="px-6 max-md:px-4 pb-4">
      <SectionHeader title={t('notJudged')} />
      <ul className="text-text-2">
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </section>
  )
}
