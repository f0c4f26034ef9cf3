import type { Instant } from '@/lib/domain/units'

/**
 * PostgreSQL's ISO text of a timestamptz in a UTC session (`2026-11-21 05:58:58.5+00`) as an Instant.
 * Throws on anything else: our sessions are set to UTC and ISO.
 */
export function instantFromPostgres(text: string): Instant {
  const match = /^(\d{4,}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/.exec(text)
  if (match === null) throw new Error(`not a UTC timestamp of PostgreSQL: ${text}`)
  return `${match[1]}T${match[2]}.${(match[3] ?? '').padEnd(3, '0').slice(0, 3)}Z`
}
