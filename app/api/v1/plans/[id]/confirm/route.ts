import { defineApi } from '@/lib/web/api/define-api'
import { planConfirm } from '@/lib/web/api/operations'

export const POST = defineApi(planConfirm)
