import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Silence } from '@/lib/domain/alert'
import { asId, type SilenceId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { elapsedMillis, epochMillis, instantAt } from '@/lib/domain/units'
import { findRule } from '@/lib/store/alert-rules'
import { findAlert, insertSilence } from '@/lib/store/alerts'
import { record } from '@/lib/store/audit'
import { findConnection } from '@/lib/store/connections'
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
  const found = await scopeOf(ctx, input.scope)
  if (!found.ok) return found
  const { scope, subject } = found.value
  const made: Silence = {
    id: asId<SilenceId>(randomUUID()),
    scope,
    from: ctx.now,
    until,
    reason: input.reason,
    by: authorOf(ctx),
  }
  await withTransaction(ctx.store, async (tx) => {
    await insertSilence(tx, made)
    const detail = { covers: Object.keys(scope)[0] ?? '', until, reason: input.reason }
    await record(tx, { ...by(ctx), action: 'alert.silenced', subject, detail })
  })
  return ok(made)
}

/** What is muted, and its name for the audit log. */
type Scope = { scope: Silence['scope']; subject: string }

async function scopeOf(ctx: Context, scope: z.output<typeof silenceInput>['scope']): Promise<Outcome<Scope>> {
  if ('tag' in scope) return ok({ scope, subject: `tag:${scope.tag}` })
  if ('ruleId' in scope) {
    const rule = await findRule(ctx.store, scope.ruleId)
    if (rule === null) return refused({ code: 'missing', what: 'rule', name: scope.ruleId })
    return ok({ scope, subject: `rule:${rule.name}` })
  }
  if ('connectionId' in scope) {
    const connection = await findConnection(ctx.store, scope.connectionId)
    if (connection === null) return refused({ code: 'missing', what: 'connection', name: scope.connectionId })
    return ok({ scope, subject: `connection:${connection.name}` })
  }
  const named = 'subjectOf' in scope ? scope.subjectOf : scope.alertId
  const alert = await findAlert(ctx.store, named)
  if (alert === null) return refused({ code: 'missing', what: 'alert', name: named })
  const subject = `alert:${alert.subjectName}`
  return ok({ scope: 'subjectOf' in scope ? { subject: alert.subject } : { alertId: alert.id }, subject })
}
