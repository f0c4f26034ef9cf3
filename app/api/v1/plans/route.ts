import { defineApi } from '@/lib/web/api/define-api'
import { planCreate } from '@/lib/web/api/operations'

export const POST = defineApi(planCreate)
