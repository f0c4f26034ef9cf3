import { defineApi } from '@/lib/web/api/define-api'
import { describeApi } from '@/lib/web/api/describe'

export const GET = defineApi(describeApi)
