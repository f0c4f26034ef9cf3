import { HOUR, MINUTE } from '@/lib/domain/units'
import type { Limit } from '@/lib/store/rate-limits'

/** How often a door may be tried. Counted in the database: several web processes share the count. */
export const LIMITS = {
  /** one address against one account: a person who mistypes stays far below */
  signInPair: { max: 10, windowMillis: 10 * MINUTE },
  /** one address against all accounts: an office behind one address stays below */
  signInAddress: { max: 100, windowMillis: 10 * MINUTE },
  /** all addresses against one account: high, because reaching it locks the person out */
  signInAccount: { max: 200, windowMillis: HOUR },
  /** the contract: ten tries an hour, whoever tries */
  setupCode: { max: 10, windowMillis: HOUR },
  wrongBearer: { max: 60, windowMillis: MINUTE },
  /** each opens a connection to an address a person typed */
  testConnection: { max: 30, windowMillis: MINUTE },
  collect: { max: 120, windowMillis: MINUTE },
  /** one's own password, asked again before it is changed */
  ownPassword: { max: 10, windowMillis: 10 * MINUTE },
} as const satisfies Record<string, Limit>
