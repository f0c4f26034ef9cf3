/** What a guest is for, and how long its snapshots may live there. Snapwarden's own word, proposed from tags. */
import type { Millis } from './units'
import { DAY, HOUR } from './units'

export const ENVIRONMENTS = ['production', 'test', 'development', 'unknown'] as const
export type Environment = (typeof ENVIRONMENTS)[number]

/** `ageLimitMillis` null = no limit applies. */
export type EnvironmentLimits = Record<Environment, { ageLimitMillis: Millis | null }>

/** The shipped limits: prod 24 h, test 72 h, dev 7 d. A guest of no known environment has none, and is listed as such. */
export const DEFAULT_LIMITS: EnvironmentLimits = {
  production: { ageLimitMillis: 24 * HOUR },
  test: { ageLimitMillis: 72 * HOUR },
  development: { ageLimitMillis: 7 * DAY },
  unknown: { ageLimitMillis: null },
}
