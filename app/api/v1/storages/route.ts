import { defineApi } from '@/lib/web/api/define-api'
import { storageList } from '@/lib/web/api/inventory'

export const GET = defineApi(storageList)
