import { z } from 'zod'
import type { ClosedAlerts } from '@/lib/domain/alert-view'
import { ok, refused } from '@/lib/domain/result'
import type { Instant } from '@/lib/domain/units'
import { closedAlerts } from '@/lib/store/alerts'
import { mayNot, type Verb } from '../context'

export const listClosedAlertsInput = z.object({
  limit: z.coerce.number().int().min(1).max(500).default(100),
  /** `next` of the page before */
  after: z.string().max(200).optional(),
})

/** Alerts that ended, newest first. */
export const listClosedAlerts: Verb<z.output<typeof listClosedAlertsInput>, ClosedAlerts> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'alert.read')
  if (no !== null) return no
  const after = input.after === undefined ? null : readMark(input.after)
  if (after === 'unreadable') {
    return refused({ code: 'invalid', errors: [{ path: 'cursor', message: 'is not a nextCursor of this list' }] })
  }
  const alerts = await closedAlerts(ctx.store, input.limit, after)
  const last = alerts.length === input.limit ? alerts.at(-1) : undefined
  return ok({ alerts, next: last === undefined ? null : `${last.resolvedAt}.${last.id}` })
}

/** When the last one ended, and which it was. */
function readMark(text: string): { resolvedAt: Instant; id: string } | 'unreadable' {
  const [, resolvedAt, id] = /^(\d{4}-\d\d-\d\dT[\d:.]{12}Z)\.(.+)$/.exec(text) ?? []
  return resolvedAt === undefined || id === undefined || Number.isNaN(Date.parse(resolvedAt))
    ? 'unreadable'
    : { resolvedAt, id }
}
