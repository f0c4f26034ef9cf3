'use client'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import { Popover } from '@/components/ui/overlays'
import { SeverityIcon } from '@/components/ui/severity'
import { STALE_AFTER } from '@/lib/domain/connection'
import { elapsedMillis, type Instant, MINUTE } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'

export type Source = {
  id: string
  name: string
  /** when anything of it was last read; null = never */
  lastAnswerAt: Instant | null
  /** it is known not to answer now */
  failing: boolean
}

const FRESH_WITHIN = 2 * MINUTE

/** Whether a source's values are last known rather than current. A source never read yet is not stale: it has none. */
export function isStale(source: Source, now: Instant): boolean {
  if (source.lastAnswerAt === null) return source.failing
  return source.failing || elapsedMillis(source.lastAnswerAt, now) > STALE_AFTER
}

/** Age in ms of the oldest source that answers, or of all that once did where none does; null when none ever has. */
export function fleetAge(sources: readonly Source[], now: Instant): number | null {
  const answered = sources.filter((source) => source.lastAnswerAt !== null)
  const fresh = answered.filter((source) => !isStale(source, now))
  const ages = (fresh.length > 0 ? fresh : answered).map((source) =>
    Math.max(0, elapsedMillis(source.lastAnswerAt ?? now, now)),
  )
  return ages.length === 0 ? null : Math.max(...ages)
}

/** How old what one sees is. Under 2 min a green dot; stale sources are counted. Silent to screen readers as it ticks. */
export function Freshness({ sources }: { sources: readonly Source[] }) {
  const t = useTranslations('shell')
  const format = useFormat()
  const now = useNow()
  const age = fleetAge(sources, now)
  const stale = sources.filter((source) => isStale(source, now)).length
  if (sources.length === 0)
    return (
      <div className="sw-fresh">
        <Link href="/connections">{t('freshness.noSources')}</Link>
      </div>
    )
  const body = (close: () => void) => <SourceList sources={sources} now={now} onNavigate={close} />
  return (
    <div className="sw-fresh">
      <Popover
        label={t('freshness.sources')}
        placement="bottom end"
        trigger={(props) => (
          <button type="button" {...props}>
            {age !== null && age < FRESH_WITHIN && stale < sources.length ? (
              <span className="sw-dot" aria-hidden="true" />
            ) : null}
            {age === null ? (
              t('freshness.none')
            ) : (
              <>
                <span className="num max-md:hidden">{t('freshness.fleet', { age: format.age(age) })}</span>
                <span className="num md:hidden">{t('freshness.fleetShort', { age: format.age(age) })}</span>
              </>
            )}
          </button>
        )}
      >
        {body}
      </Popover>
      {stale > 0 ? (
        <>
          <i aria-hidden="true" />
          <Popover
            label={t('freshness.sources')}
            placement="bottom end"
            trigger={(props) => (
              <button
                type="button"
                className="sw-text-stale font-strong"
                aria-label={t('freshness.stale', { count: stale })}
                {...props}
              >
                <SeverityIcon severity="stale" size={14} />
                <span className="max-md:hidden">{t('freshness.stale', { count: stale })}</span>
                <span className="md:hidden">{stale}</span>
              </button>
            )}
          >
            {body}
          </Popover>
        </>
      ) : null}
    </div>
  )
}

/** Stale sources first, then by age. */
function SourceList({
  sources,
  now,
  onNavigate,
}: {
  sources: readonly Source[]
  now: Instant
  onNavigate: () => void
}) {
  const t = useTranslations('shell')
  const format = useFormat()
  const ordered = [...sources].sort(
    (a, b) =>
      Number(isStale(b, now)) - Number(isStale(a, now)) ||
      (a.lastAnswerAt ?? '').localeCompare(b.lastAnswerAt ?? '') ||
      a.name.localeCompare(b.name),
  )
  return (
    <div className="w-[320px] max-w-full">
      <h2 className="mb-1 font-head">{t('freshness.sources')}</h2>
      <ul className="max-h-[50vh] overflow-auto">
        {ordered.map((source) => (
          <li key={source.id} className="flex items-center gap-2 border-t border-line-subtle py-1.5">
            {isStale(source, now) ? (
              <SeverityIcon severity="stale" size={14} />
            ) : (
              <span className="grid w-3.5 place-items-center" aria-hidden="true">
                <span className={source.lastAnswerAt === null ? 'sw-dot sw-dot-unknown' : 'sw-dot'} />
              </span>
            )}
            <Link href={`/connections/${source.id}`} onClick={onNavigate} className="sw-ellipsis flex-1 text-text">
              {source.name}
            </Link>
            <span className="num text-12 text-text-2">
              {source.lastAnswerAt === null
                ? t('freshness.neverAnswered')
                : t('freshness.lastAnswer', { ago: format.ago(source.lastAnswerAt, now) })}
            </span>
          </li>
        ))}
      </ul>
      <Link href="/connections" onClick={onNavigate} className="mt-2 inline-block text-12">
        {t('freshness.allConnections')}
      </Link>
    </div>
  )
}
