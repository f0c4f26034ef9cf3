import { connectionTest } from '@/lib/web/api/connections'
import { defineApi } from '@/lib/web/api/define-api'

export const POST = defineApi(connectionTest)
