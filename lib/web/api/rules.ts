import { z } from 'zod'
import { type AlertRuleId, asId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import { ruleSchema } from '@/lib/services/program/alert-schemas'
import { ruleForPrograms } from '@/lib/services/program/alert-shapes'
import { pageOf } from '@/lib/services/program/schemas'
import { addRule, addRuleInput } from '@/lib/services/rule/add'
import { changeRule, changeRuleInput } from '@/lib/services/rule/change'
import { listRules } from '@/lib/services/rule/list'
import { removeRule } from '@/lib/services/rule/remove'
import { byId, endpoint, noParams, pageOfAll, pagingQuery } from './endpoint'

const idOf = ({ id }: { id: string }) => ({ id: asId<AlertRuleId>(id) })

export const ruleList = endpoint({
  id: 'listRules',
  method: 'GET',
  path: '/rules',
  summary: 'Alert rules',
  permission: 'alert.read',
  params: noParams,
  query: pagingQuery,
  body: null,
  status: 200,
  answer: pageOf(ruleSchema),
  refusals: [],
  run: async ({ ctx, query }) => {
    const rules = await listRules({ ctx, input: {} })
    if (!rules.ok) return rules
    const page = pageOfAll('rules', rules.value, query)
    if (!page.ok) return page
    return ok({ items: page.value.rows.map(ruleForPrograms), nextCursor: page.value.nextCursor })
  },
})

export const ruleCreate = endpoint({
  id: 'createRule',
  method: 'POST',
  path: '/rules',
  summary: 'Add an alert rule; it is judged at once',
  permission: 'rule.manage',
  params: noParams,
  query: z.object({}),
  body: addRuleInput,
  status: 201,
  answer: ruleSchema,
  refusals: [],
  run: async ({ ctx, body }) => {
    const rule = await addRule({ ctx, input: body })
    return rule.ok ? ok(ruleForPrograms(rule.value)) : rule
  },
})

export const ruleChange = endpoint({
  id: 'changeRule',
  method: 'PUT',
  path: '/rules/{id}',
  summary: 'Change an alert rule; its kind stays. A moved line is judged at once',
  permission: 'rule.manage',
  params: byId,
  query: z.object({}),
  body: changeRuleInput.omit({ id: true }),
  status: 200,
  answer: ruleSchema,
  refusals: [404],
  run: async ({ ctx, params, body }) => {
    const rule = await changeRule({ ctx, input: { ...idOf(params), ...body } })
    return rule.ok ? ok(ruleForPrograms(rule.value)) : rule
  },
})

export const ruleDelete = endpoint({
  id: 'deleteRule',
  method: 'DELETE',
  path: '/rules/{id}',
  summary: "Remove a rule of one's own; shipped ones are switched off instead",
  permission: 'rule.manage',
  params: byId,
  query: z.object({}),
  body: null,
  status: 204,
  answer: null,
  refusals: [404],
  run: ({ ctx, params }) => removeRule({ ctx, input: idOf(params) }),
})
