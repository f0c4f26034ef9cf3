import { defineApi } from '@/lib/web/api/define-api'
import { holdList, holdPlace } from '@/lib/web/api/operations'

export const GET = defineApi(holdList)
export const POST = defineApi(holdPlace)
