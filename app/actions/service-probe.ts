'use server'

import { setServiceProbe as set, setServiceProbeInput } from '@/lib/services/service-probe/set'
import { tryServiceProbe as attempt, tryServiceProbeInput } from '@/lib/services/service-probe/try'
import { defineAction } from '@/lib/web/gate'

export const setServiceProbe = defineAction({ permission: 'service-probe.set', input: setServiceProbeInput, run: set })
export const tryServiceProbe = defineAction({
  permission: 'service-probe.set',
  input: tryServiceProbeInput,
  run: attempt,
})
