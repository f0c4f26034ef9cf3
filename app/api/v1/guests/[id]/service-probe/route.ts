import { defineApi } from '@/lib/web/api/define-api'
import { serviceProbeDelete, serviceProbeGet, serviceProbePut } from '@/lib/web/api/service-probes'

export const GET = defineApi(serviceProbeGet)
export const PUT = defineApi(serviceProbePut)
export const DELETE = defineApi(serviceProbeDelete)
