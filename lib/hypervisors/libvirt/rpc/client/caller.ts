import type { CallOptions } from '../channel'
import { isLibvirtError, type LibvirtErrorName } from '../errors'
import type { Procedure } from '../procedures/procedure'

/** Whatever can make a call: a connection, or a client that picks the right one of several. */
export interface Caller {
  call<Arguments, Reply>(procedure: Procedure<Arguments, Reply>, args: Arguments, options?: CallOptions): Promise<Reply>
}

/**
 * Longest wait for changes that copy data (memory states, merges, image files), in ms. Generous on purpose: giving up
 * does not stop the daemon, it only means that the outcome has to be found out by looking.
 */
const changeTimeoutMs = 30 * 60_000

/** Options of a change: patient unless the caller says otherwise. */
export function patient(options: CallOptions | undefined): CallOptions {
  return { timeoutMs: changeTimeoutMs, ...options }
}

/** Bytes as a number; null where libvirt reports more than a number holds exactly, which it does for "not known". */
export function bytesOf(value: bigint): number | null {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) && value >= 0n ? Number(value) : null
}

/** The answer, or null where the daemon says that there is no such thing (`absent` is its word for that). */
export async function orNull<T>(answer: Promise<T>, absent: LibvirtErrorName): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (isLibvirtError(error, absent)) return null
    throw error
  }
}
