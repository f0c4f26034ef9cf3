'use client'
import { elapsedMillis, type Instant } from '@/lib/domain/units'
import { useFormat } from '@/lib/i18n/use-format'
import { TICK_MS, useNow } from './clock'

/**
 * `14 min ago`, ticking, never announced; the absolute time is its title. `bare` leaves out "ago". What happened since
 * the page's clock ticked last has just happened, and does not lie ahead.
 */
export function TimeAgo({ at, bare = false }: { at: Instant; bare?: boolean }) {
  const format = useFormat()
  const now = useNow()
  const elapsed = elapsedMillis(at, now)
  const since = elapsed < 0 && elapsed >= -TICK_MS ? now : at
  return (
    <time dateTime={at} title={format.date(at, 'long', now)} className="num whitespace-nowrap">
      {bare ? format.age(elapsedMillis(since, now)) : format.ago(since, now)}
    </time>
  )
}

/** An absolute time, `31 Aug 14:30`; its title adds the age and the time zone. */
export function DateTime({ at, style = 'moment' }: { at: Instant; style?: 'day' | 'moment' | 'full' | 'time' }) {
  const format = useFormat()
  const now = useNow()
  return (
    <time
      dateTime={at}
      title={`${format.date(at, 'long', now)}, ${format.ago(at, now)}`}
      className="num whitespace-nowrap"
    >
      {format.date(at, style, now)}
    </time>
  )
}
