/** Units are in the name: bytes, milliseconds, instants in UTC. Numbers stay plain so that they serialise as themselves. */

/** A count of bytes, integer ≥ 0, below 2^53 (8 PiB). */
export type Bytes = number
export type Millis = number
/** ISO 8601 in UTC with `Z`, millisecond precision: `2026-11-21T05:58:58.000Z`. Compares correctly as text. */
export type Instant = string

export const KIB = 1024
export const MIB = 1024 * KIB
export const GIB = 1024 * MIB
export const TIB = 1024 * GIB

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** Milliseconds since the epoch of an instant. Throws on text that is no instant: an unparsed instant is our bug. */
export function epochMillis(instant: Instant): Millis {
  const millis = Date.parse(instant)
  if (Number.isNaN(millis)) throw new Error(`not an instant: ${instant}`)
  return millis
}

/** The instant `millis` milliseconds after the epoch. */
export function instantAt(millis: Millis): Instant {
  return new Date(millis).toISOString()
}

/** How long after `since` the instant `now` is, in ms; negative when a foreign clock runs ahead of ours. */
export function elapsedMillis(since: Instant, now: Instant): Millis {
  return epochMillis(now) - epochMillis(since)
}

/** A closed range of bytes. `max: null` = no upper bound is known; `min` is 0 when nothing is known. */
export type ByteRange = { min: Bytes; max: Bytes | null }
