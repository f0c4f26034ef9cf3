import { channelTest } from '@/lib/web/api/channels'
import { defineApi } from '@/lib/web/api/define-api'

export const POST = defineApi(channelTest)
