import { defineApi } from '@/lib/web/api/define-api'
import { serviceProbeTry } from '@/lib/web/api/service-probes'

export const POST = defineApi(serviceProbeTry)
