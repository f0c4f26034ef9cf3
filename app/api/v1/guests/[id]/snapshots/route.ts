import { defineApi } from '@/lib/web/api/define-api'
import { guestSnapshots } from '@/lib/web/api/inventory'

export const GET = defineApi(guestSnapshots)
