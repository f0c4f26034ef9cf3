'use server'

import { nothing } from '@/lib/services/fields'
import { revokeSession as revoke, revokeSessionInput } from '@/lib/services/session/revoke'
import { revokeOtherSessions as revokeOthers } from '@/lib/services/session/revoke-others'
import { defineAction } from '@/lib/web/gate'

/** Ends a session: one's own, or as an administrator anybody's. */
export const revokeSession = defineAction({ permission: 'profile.manage-own', input: revokeSessionInput, run: revoke })

/** Ends all of one's own sessions but this browser's. */
export const revokeOtherSessions = defineAction({
  permission: 'profile.manage-own',
  input: nothing,
  run: revokeOthers,
})
