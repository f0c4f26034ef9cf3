import { openAuditFile } from '@/lib/web/audit-file'
import { defineStream } from '@/lib/web/gate'

export const dynamic = 'force-dynamic'

export const GET = defineStream({ permission: 'audit.read', open: openAuditFile })
