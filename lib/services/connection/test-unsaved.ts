import type { z } from 'zod'
import type { ConnectionMode } from '@/lib/domain/connection'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { SECOND } from '@/lib/domain/units'
import type { ConnectionTest } from '@/lib/domain/view'
import { openUnsaved } from '@/lib/hypervisors/registry'
import { record } from '@/lib/store/audit'
import { countTry } from '@/lib/store/rate-limits'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Context, mayNot, type Verb } from '../context'
import { LIMITS } from '../limits'
import { type Access, type newConnectionInput, readAccess } from './input'

/** A person watches: a host that has not answered by then is told as one that does not. */
const PATIENCE = 15 * SECOND

/**
 * Tries a connection that is not saved: version, node, what our access allows. The only place outside the worker that
 * opens a hypervisor, because the secret is nowhere else yet.
 */
export const testUnsaved: Verb<z.output<typeof newConnectionInput>, ConnectionTest> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'connection.test')
  if (no !== null) return no
  const limited = await limitTests(ctx)
  if (limited !== null) return limited
  const access = readAccess(input, ctx.actor)
  if (!access.ok) return access
  const test = await probe(access.value, input.mode)
  await recordTest(ctx, `connection:${input.name}`, test)
  return ok(test)
}

/** Refuses a caller who tests more often than people do. */
export async function limitTests(ctx: Context) {
  const tried = await countTry(ctx.store, 'test-connection', authorOf(ctx), LIMITS.testConnection)
  return tried.allowed ? null : refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
}

/** Writes down that a connection was tested, and how it ended. */
export async function recordTest(ctx: Context, subject: string, test: ConnectionTest): Promise<void> {
  const detail = test.ok ? { ok: true, version: test.version } : { ok: false, code: test.why.code }
  await withTransaction(ctx.store, (tx) => record(tx, { ...by(ctx), action: 'connection.tested', subject, detail }))
}

async function probe({ address, credentials, text }: Access, mode: ConnectionMode): Promise<ConnectionTest> {
  const opened = await openUnsaved(address, credentials, mode)
  if (!opened.ok) return { ok: false, why: opened.why }
  const hypervisor = opened.value
  try {
    return asTest(await hypervisor.probe(AbortSignal.timeout(PATIENCE)), text)
  } finally {
    await hypervisor.close()
  }
}

/** An outcome as the page shows it. Our own deadline reads as a host that does not answer, not as a call we broke off. */
export function asTest(
  outcome: Outcome<Omit<Extract<ConnectionTest, { ok: true }>, 'ok'>>,
  address: string,
): ConnectionTest {
  if (outcome.ok) return { ok: true, ...outcome.value }
  if (outcome.why.code === 'interrupted') {
    return { ok: false, why: { code: 'unreachable', address, cause: 'timeout' } }
  }
  return { ok: false, why: outcome.why }
}
