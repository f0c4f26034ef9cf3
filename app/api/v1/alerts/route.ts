import { alertList } from '@/lib/web/api/alerts'
import { defineApi } from '@/lib/web/api/define-api'

export const GET = defineApi(alertList)
