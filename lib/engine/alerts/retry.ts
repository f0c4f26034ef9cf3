/** When a notice that did not go is tried again, and when it is given up. */
import type { Reason } from '@/lib/domain/reason'
import { DAY, elapsedMillis, epochMillis, HOUR, type Instant, instantAt, type Millis, SECOND } from '@/lib/domain/units'

/** An hour of a mail server's maintenance is nothing; what nobody took for a day is old news. */
const GIVE_UP_AFTER: Millis = DAY
const FIRST_WAIT: Millis = 5 * SECOND
const LONGEST_WAIT: Millis = HOUR / 4
/** What a receiver names may be a mistake of weeks; it is asked again within a night. */
const LONGEST_NAMED: Millis = 6 * HOUR

export type NextTry = { again: true; at: Instant } | { again: false }

/**
 * What a "no" means for the next try: the world's troubles pass, a receiver that understood and refused does not
 * change its mind. Waits double from 5 s to 15 min; a receiver that names a time is left alone until then.
 */
export function nextTry(why: Reason, tries: number, createdAt: Instant, now: Instant): NextTry {
  if (!passes(why)) return { again: false }
  const backoff = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** Math.max(0, tries - 1))
  const wait = why.code === 'receiver-busy' ? Math.max(backoff, Math.min(why.retryAfterMillis, LONGEST_NAMED)) : backoff
  const at = instantAt(epochMillis(now) + wait)
  return elapsedMillis(createdAt, at) > GIVE_UP_AFTER ? { again: false } : { again: true, at }
}

/** Troubles that pass by themselves; credentials and certificates are mended by people within the day. */
const passes = (why: Reason): boolean =>
  why.code === 'unreachable' ||
  why.code === 'receiver-busy' ||
  why.code === 'protocol' ||
  why.code === 'failed' ||
  why.code === 'credentials-refused' ||
  why.code === 'certificate-invalid'
