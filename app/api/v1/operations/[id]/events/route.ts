import { defineApi } from '@/lib/web/api/define-api'
import { operationEvents } from '@/lib/web/api/operations'

export const dynamic = 'force-dynamic'

export const GET = defineApi(operationEvents)
