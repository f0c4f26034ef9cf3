import { defineApi } from '@/lib/web/api/define-api'
import { storageGet } from '@/lib/web/api/inventory'

export const GET = defineApi(storageGet)
