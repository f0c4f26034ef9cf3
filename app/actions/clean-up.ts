'use server'

import { removeCleanUp as remove, removeCleanUpInput } from '@/lib/services/clean-up/remove'
import { setCleanUp as set, setCleanUpInput } from '@/lib/services/clean-up/set'
import { defineAction } from '@/lib/web/gate'

export const setCleanUp = defineAction({ permission: 'clean-up.manage', input: setCleanUpInput, run: set })

export const removeCleanUp = defineAction({ permission: 'clean-up.manage', input: removeCleanUpInput, run: remove })
