import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type AlertRule, RULE_KINDS } from '@/lib/domain/alert'
import { type AlertRuleId, asId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { insertRule } from '@/lib/store/alert-rules'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { ruleContent, unfitLevels } from './content'

export const addRuleInput = z.object({ kind: z.enum(RULE_KINDS), ...ruleContent })

/** Adds a rule. It is judged at once on everything it looks at. */
export const addRule: Verb<z.output<typeof addRuleInput>, AlertRule> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'rule.manage')
  if (no !== null) return no
  const unfit = unfitLevels(input)
  if (!unfit.ok) return unfit
  const rule: AlertRule = { ...input, id: asId<AlertRuleId>(randomUUID()), shipped: false, version: 1 }
  await withTransaction(ctx.store, async (tx) => {
    await insertRule(tx, rule, authorOf(ctx), ctx.now)
    await record(tx, { ...by(ctx), action: 'rule.added', subject: `rule:${rule.name}`, detail: { kind: rule.kind } })
  })
  return ok(rule)
}
