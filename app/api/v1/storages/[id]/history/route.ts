import { defineApi } from '@/lib/web/api/define-api'
import { storagePast } from '@/lib/web/api/inventory'

export const GET = defineApi(storagePast)
