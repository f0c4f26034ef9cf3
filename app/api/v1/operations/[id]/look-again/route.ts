import { defineApi } from '@/lib/web/api/define-api'
import { operationLookAgain } from '@/lib/web/api/operations'

export const POST = defineApi(operationLookAgain)
