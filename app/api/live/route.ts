import { defineStream } from '@/lib/web/gate'
import { openLive } from '@/lib/web/live-open'

export const dynamic = 'force-dynamic'

export const GET = defineStream({ permission: 'inventory.read', open: openLive })
