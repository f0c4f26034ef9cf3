import { defineApi } from '@/lib/web/api/define-api'
import { storageFuture } from '@/lib/web/api/inventory'

export const GET = defineApi(storageFuture)
