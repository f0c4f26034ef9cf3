import { defineApi } from '@/lib/web/api/define-api'
import { operationRetry } from '@/lib/web/api/operations'

export const POST = defineApi(operationRetry)
