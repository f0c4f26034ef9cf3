import { channelDelete } from '@/lib/web/api/channels'
import { defineApi } from '@/lib/web/api/define-api'

export const DELETE = defineApi(channelDelete)
