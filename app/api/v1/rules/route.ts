import { defineApi } from '@/lib/web/api/define-api'
import { ruleCreate, ruleList } from '@/lib/web/api/rules'

export const GET = defineApi(ruleList)
export const POST = defineApi(ruleCreate)
