import { cleanUpChange, cleanUpDelete } from '@/lib/web/api/clean-ups'
import { defineApi } from '@/lib/web/api/define-api'

export const PUT = defineApi(cleanUpChange)
export const DELETE = defineApi(cleanUpDelete)
