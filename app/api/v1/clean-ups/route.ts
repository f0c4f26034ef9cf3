import { cleanUpCreate, cleanUpList } from '@/lib/web/api/clean-ups'
import { defineApi } from '@/lib/web/api/define-api'

export const GET = defineApi(cleanUpList)
export const POST = defineApi(cleanUpCreate)
