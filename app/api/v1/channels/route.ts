import { channelCreate, channelList } from '@/lib/web/api/channels'
import { defineApi } from '@/lib/web/api/define-api'

export const GET = defineApi(channelList)
export const POST = defineApi(channelCreate)
