import { DAY, type Millis } from '@/lib/domain/units'

/** A silence or a promise that outlives a month is a rule that should be changed. */
export const LONGEST_SILENCE: Millis = 31 * DAY
