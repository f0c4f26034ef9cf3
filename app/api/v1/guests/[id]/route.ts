import { defineApi } from '@/lib/web/api/define-api'
import { guestGet } from '@/lib/web/api/inventory'

export const GET = defineApi(guestGet)
