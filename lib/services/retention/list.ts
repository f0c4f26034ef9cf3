import type { z } from 'zod'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { ok } from '@/lib/domain/result'
import { RETENTION_LISTED, type RetentionView } from '@/lib/domain/retention'
import { environmentOf } from '@/lib/engine/inventory/environment'
import { addUp, byOwner } from '@/lib/engine/retention/shares'
import { environmentLimits } from '@/lib/store/environments'
import { countSnapshots, limitedGuests, pastSnapshots, silentConnections } from '@/lib/store/retention'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'

/** What is past its limit now, by environment, owner and guest; and what could not be judged. */
export const listRetention: Verb<z.output<typeof nothing>, RetentionView> = async ({ ctx }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const limits = await environmentLimits(ctx.store)
  const guests = await limitedGuests(ctx.store, limits, environmentOf)
  const [counts, past, silent] = await Promise.all([
    countSnapshots(ctx.store, guests, ctx.now),
    pastSnapshots(ctx.store, guests, ctx.now),
    silentConnections(ctx.store),
  ])
  const environments = ENVIRONMENTS.flatMap((environment) => {
    const count = counts.find((each) => each.environment === environment)
    if (count === undefined) return []
    const over = past.filter((each) => each.environment === environment)
    return [
      {
        environment,
        limitMillis: limits[environment].ageLimitMillis,
        guests: count.guests,
        snapshots: count.snapshots,
        past: count.past,
        withoutTime: count.withoutTime,
        oldestPastAt: over.map(({ createdAt }) => createdAt).sort()[0] ?? null,
        held: addUp(over.map(({ size }) => size)),
      },
    ]
  })
  const unlimited = environments.find(({ environment }) => environment === 'unknown')
  return ok({
    now: ctx.now,
    limits,
    snapshots: counts.reduce((sum, { snapshots }) => sum + snapshots, 0),
    environments,
    owners: byOwner(past),
    past: past.slice(0, RETENTION_LISTED),
    pastTotal: past.length,
    unknown: {
      guests: guests.filter(({ known }) => !known).length,
      snapshotsWithoutTime: counts.reduce((sum, { withoutTime }) => sum + withoutTime, 0),
    },
    withoutEnvironment: { guests: unlimited?.guests ?? 0, snapshots: unlimited?.snapshots ?? 0 },
    silent,
  })
}
