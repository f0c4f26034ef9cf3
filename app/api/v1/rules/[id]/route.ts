import { defineApi } from '@/lib/web/api/define-api'
import { ruleChange, ruleDelete } from '@/lib/web/api/rules'

export const PUT = defineApi(ruleChange)
export const DELETE = defineApi(ruleDelete)
