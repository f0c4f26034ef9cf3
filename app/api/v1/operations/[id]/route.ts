import { defineApi } from '@/lib/web/api/define-api'
import { operationGet } from '@/lib/web/api/operations'

export const GET = defineApi(operationGet)
