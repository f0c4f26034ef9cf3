import { defineApi } from '@/lib/web/api/define-api'
import { operationCancel } from '@/lib/web/api/operations'

export const POST = defineApi(operationCancel)
