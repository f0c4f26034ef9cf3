import { connectionDelete, connectionGet } from '@/lib/web/api/connections'
import { defineApi } from '@/lib/web/api/define-api'

export const GET = defineApi(connectionGet)
export const DELETE = defineApi(connectionDelete)
