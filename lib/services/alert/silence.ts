import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Silence } from '@/lib/domain/alert'
import { asId, type SilenceId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { elapsedMillis, epochMillis, instantAt } from '@/lib/domain/units'
import { findAlert, insertSilence } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, type Context, mayNot, type Verb } from '../context'
import { alertId, connectionId, remark, ruleId } from '../fields'
import { LONGEST_SILENCE } from './longest-silence'

export const silenceInput = z.object({
  /** what it covers: the alert alone, its subject, its rule, or a connection or tag */
  scope: z.union([
    z.object({ alertId }),
    z.object({ subjectOf: alertId }),
    z.object({ ruleId }),
    z.object({ connectionId }),
    z.object({ tag: remark.min(1).max(200) }),
  ]),
  until: z.iso.datetime(),
  reason: remark.min(1, 'must not be empty'),
})
/** Mutes notices for a time, with a reason. The alert stays where it is. */
export const silence: Verb<z.output<typeof silenceInput>, Silence> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'alert.handle')
  if (no !== null) return no
  const until = instantAt(epochMillis(input.until))
  const length = elapsedMillis(ctx.now, until)
  if (length <= 0 || length > LONGEST_SILENCE) {
    return refused({ code: 'invalid', errors: [{ path: 'until', message: 'must lie ahead, within 31 days' }] })
  }
  const scope = await scopeOf(ctx, input.scope)
  if (!scope.ok) return scope
  const made: Silence = {
    id: asId<SilenceId>(randomUUID()),
    scope: scope.value,
    from: ctx.now,
    until,
    reason: input.reason,
    by: authorOf(ctx),
  }
  await withTransaction(ctx.store, async (tx) => {
    await insertSilence(tx, made)
    await record(tx, { ...by(ctx), action: 'alert.silenced', subject: null, detail: { until, reason: input.reason } })
  })
  return ok(made)
}

async function scopeOf(
  ctx: Context,
  scope: z.output<typeof silenceInput>['scope'],
): Promise<Outcome<Silence['scope']>> {
  if (!('subjectOf' in scope || 'alertId' in scope)) return ok(scope)
  const named = 'subjectOf' in scope ? scope.subjectOf : scope.alertId
  const alert = await findAlert(ctx.store, named)
  if (alert === null) return refused({ code: 'missing', what: 'alert', name: named })
  return ok('subjectOf' in scope ? { subject: alert.subject } : { alertId: alert.id })
}
