import { defineApi } from '@/lib/web/api/define-api'
import { guestList } from '@/lib/web/api/inventory'

export const GET = defineApi(guestList)
