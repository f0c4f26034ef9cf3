import { defineRead } from '@/lib/web/gate'
import { reads } from '@/lib/web/reads'

export const GET = defineRead(reads.auditVerdict)
