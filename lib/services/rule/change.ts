import { z } from 'zod'
import type { AlertRule } from '@/lib/domain/alert'
import { refused } from '@/lib/domain/result'
import { findRule, updateRule } from '@/lib/store/alert-rules'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { ruleId } from '../fields'
import { ruleContent, unfitLevels } from './content'

export const changeRuleInput = z.object({ id: ruleId, ...ruleContent })

/** Changes a rule. A changed line is judged at once, without waiting out holds. */
export const changeRule: Verb<z.output<typeof changeRuleInput>, AlertRule> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'rule.manage')
  if (no !== null) return no
  const before = await findRule(ctx.store, input.id)
  if (before === null) return refused({ code: 'missing', what: 'rule', name: input.id })
  const unfit = unfitLevels({ ...input, kind: before.kind })
  if (!unfit.ok) return unfit
  return withTransaction(ctx.store, async (tx) => {
    const changed = await updateRule(tx, input.id, input, authorOf(ctx), ctx.now)
    if (changed.ok) {
      const detail = {
        kind: before.kind,
        enabled: input.enabled,
        levels: input.levels.map(({ fire }) => fire).join(' / '),
      }
      await record(tx, { ...by(ctx), action: 'rule.changed', subject: `rule:${input.name}`, detail })
    }
    return changed
  })
}
