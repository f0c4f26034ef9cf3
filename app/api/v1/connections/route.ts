import { connectionCreate, connectionList } from '@/lib/web/api/connections'
import { defineApi } from '@/lib/web/api/define-api'

export const GET = defineApi(connectionList)
export const POST = defineApi(connectionCreate)
