import pino from 'pino'
import type { NativeFault } from '@/lib/domain/result'

/** Structured lines on stderr. What goes in: ids, names, reasons, figures; never an address with a password, never a secret. */
export type Log = {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

/** The worker's log; the launcher keeps it in a rotating file. */
export const openLog = (): Log =>
  pino({ level: 'info', base: { part: 'worker' }, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2))

/** What the log keeps of a thrown error: for PostgreSQL its code, which tells a full disk from a lost server. */
export function faultOf(error: unknown): NativeFault {
  if (!(error instanceof Error)) return { source: 'thrown', code: null, text: String(error) }
  const code = 'code' in error && (typeof error.code === 'string' || typeof error.code === 'number') ? error.code : null
  return { source: error.name, code, text: error.message }
}
