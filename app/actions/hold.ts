'use server'

import { placeHold as place, placeHoldInput } from '@/lib/services/hold/place'
import { releaseHold as release, releaseHoldInput } from '@/lib/services/hold/release'
import { defineAction } from '@/lib/web/gate'

export const placeHold = defineAction({ permission: 'snapshot.hold', input: placeHoldInput, run: place })
export const releaseHold = defineAction({ permission: 'snapshot.hold', input: releaseHoldInput, run: release })
