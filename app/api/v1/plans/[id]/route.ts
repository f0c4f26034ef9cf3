import { defineApi } from '@/lib/web/api/define-api'
import { planGet } from '@/lib/web/api/operations'

export const GET = defineApi(planGet)
