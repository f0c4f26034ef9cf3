import { defineApi } from '@/lib/web/api/define-api'
import { holdRelease } from '@/lib/web/api/operations'

export const DELETE = defineApi(holdRelease)
