import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { CleanUpPolicy, CleanUpPolicyRow } from '@/lib/domain/clean-up'
import { asId, type CleanUpPolicyId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { GIB } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { saveCleanUpPolicy } from '@/lib/store/clean-up-policies'
import { findConnection } from '@/lib/store/connections'
import { storageRow } from '@/lib/store/inventory-storages'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Context, mayNot, type Verb } from '../context'
import { clockTime, connectionId, storageId } from '../fields'

/** What is allowed where a policy applies. */
export const cleanUpLimits = {
  enabled: z.boolean(),
  maxSnapshots: z.number().int().min(1).max(50),
  maxPeakBytes: z
    .number()
    .int()
    .min(0)
    .max(64 * 1024 * GIB),
  busyHours: z
    .object({ from: clockTime, until: clockTime, days: z.array(z.number().int().min(0).max(6)).max(7) })
    .nullable(),
}

export const setCleanUpInput = z.object({
  connectionId,
  /** null = every storage of the connection that has none of its own */
  storageId: storageId.nullable(),
  ...cleanUpLimits,
})

/** Allows automatic clean-up of a connection or a storage within limits, or changes that. Only an administrator may. */
export const setCleanUp: Verb<z.output<typeof setCleanUpInput>, CleanUpPolicyRow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'clean-up.manage')
  if (no !== null) return no
  const connection = await findConnection(ctx.store, input.connectionId)
  if (connection === null) return refused({ code: 'missing', what: 'connection', name: input.connectionId })
  const storage = input.storageId === null ? null : await storageRow(ctx.store, input.storageId, ctx.now)
  if (input.storageId !== null && storage?.connectionId !== connection.id) {
    return refused({ code: 'missing', what: 'storage', name: input.storageId })
  }
  const policy: CleanUpPolicy = { ...input, id: asId<CleanUpPolicyId>(randomUUID()) }
  return withTransaction(ctx.store, async (tx) => ok(await recordPolicy(tx, ctx, policy)))
}

/** Keeps a policy, and that it was set. */
export async function recordPolicy(tx: Tx, ctx: Context, policy: CleanUpPolicy): Promise<CleanUpPolicyRow> {
  const saved = await saveCleanUpPolicy(tx, policy, authorOf(ctx), ctx.now)
  const { enabled, maxSnapshots, maxPeakBytes, busyHours } = saved
  const hours = busyHours === null ? null : `${busyHours.from}–${busyHours.until}`
  const detail = { enabled, maxSnapshots, maxPeakBytes, busyHours: hours }
  await record(tx, { ...by(ctx), action: 'clean-up.set', subject: `clean-up:${saved.scope}`, detail })
  return saved
}
