/**
 * Expected outcomes as values. A thrown error in this code base is our bug;
 * what the world may do (refuse, vanish, answer late) comes back as `Refused`.
 */
import type { Reason } from './reason'

/** What the hypervisor itself said, kept for the log and the support bundle. Never branched on, never shown as HTML. */
export type NativeFault = { source: string; code: string | number | null; text: string }

export type Ok<T> = { ok: true; value: T }
export type Refused = { ok: false; why: Reason; native?: NativeFault }
export type Outcome<T> = Ok<T> | Refused

/** Wraps a value that was obtained. */
export const ok = <T>(value: T): Ok<T> => ({ ok: true, value })

/** A "no" with its reason. `native` carries the foreign words for the log. */
export const refused = (why: Reason, native?: NativeFault): Refused =>
  native === undefined ? { ok: false, why } : { ok: false, why, native }

/** For exhaustive switches: reaching it is a compile error, and a bug at run time. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
