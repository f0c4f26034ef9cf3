'use server'

import { addRule as add, addRuleInput } from '@/lib/services/rule/add'
import { changeRule as change, changeRuleInput } from '@/lib/services/rule/change'
import { previewRule as preview, previewRuleInput } from '@/lib/services/rule/preview'
import { removeRule as remove, removeRuleInput } from '@/lib/services/rule/remove'
import { defineAction } from '@/lib/web/gate'

export const addRule = defineAction({ permission: 'rule.manage', input: addRuleInput, run: add })

export const changeRule = defineAction({ permission: 'rule.manage', input: changeRuleInput, run: change })

export const removeRule = defineAction({ permission: 'rule.manage', input: removeRuleInput, run: remove })

/** What it would have fired on. Changes nothing. */
export const previewRule = defineAction({ permission: 'rule.manage', input: previewRuleInput, run: preview })
