import { alertComment } from '@/lib/web/api/alerts'
import { defineApi } from '@/lib/web/api/define-api'

export const POST = defineApi(alertComment)
