import { defineApi } from '@/lib/web/api/define-api'
import { operationList } from '@/lib/web/api/operations'

export const GET = defineApi(operationList)
