import { ok, refused } from '@/lib/domain/result'
import { epochMillis, instantAt, SECOND } from '@/lib/domain/units'
import type { ShellView } from '@/lib/domain/view'
import { fleetSources } from '@/lib/store/connections'
import { readWorkerHeartbeatAge } from '@/lib/store/health'
import { shellCounts } from '@/lib/store/shell'
import { findUser } from '@/lib/store/users'
import { mayNot, type Verb } from '../context'

/** The contract: a worker without a sign of life for this long is late. */
const WORKER_LATE_AFTER = 30 * SECOND

/** What the frame around every page needs. */
export const getShell: Verb<object, ShellView> = async ({ ctx }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  // The frame belongs to a person; a token has no pages.
  if (ctx.actor.kind !== 'user') return refused({ code: 'forbidden', needs: 'viewer' })
  const [user, counts, sources, age] = await Promise.all([
    findUser(ctx.store, ctx.actor.userId),
    shellCounts(ctx.store, ctx.now),
    fleetSources(ctx.store, ctx.now),
    readWorkerHeartbeatAge(ctx.store),
  ])
  if (user === null) return refused({ code: 'unauthenticated' })
  const { name, email, role, language, theme, density, shortcuts } = user
  return ok({
    user: { name, email, role, language, theme, density, shortcuts },
    counts: counts.counts,
    sources,
    worker: {
      heartbeatAt: age === null ? null : instantAt(epochMillis(ctx.now) - age),
      late: age === null || age > WORKER_LATE_AFTER,
    },
    alertsUrgent: counts.alertsUrgent,
    demo: counts.demo,
  })
}
