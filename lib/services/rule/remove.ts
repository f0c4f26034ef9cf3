import { z } from 'zod'
import type { AlertRule } from '@/lib/domain/alert'
import { removeRule as drop } from '@/lib/store/alert-rules'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'
import { ruleId } from '../fields'

export const removeRuleInput = z.object({ id: ruleId })

/** Removes a rule of somebody's own, and ends what it had begun. Shipped ones are switched off instead. */
export const removeRule: Verb<z.output<typeof removeRuleInput>, AlertRule> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'rule.manage')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const removed = await drop(tx, input.id)
    if (removed.ok) await record(tx, { ...by(ctx), action: 'rule.removed', subject: `rule:${removed.value.name}` })
    return removed
  })
}
