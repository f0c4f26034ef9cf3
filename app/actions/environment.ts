'use server'

import { setEnvironment as set, setEnvironmentInput } from '@/lib/services/environment/set'
import { setLimits as limit, setLimitsInput } from '@/lib/services/environment/set-limits'
import { defineAction } from '@/lib/web/gate'

export const setEnvironment = defineAction({ permission: 'environment.set', input: setEnvironmentInput, run: set })
export const setLimits = defineAction({ permission: 'rule.manage', input: setLimitsInput, run: limit })
