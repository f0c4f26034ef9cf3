'use server'

import { revokeSession as revoke, revokeSessionInput } from '@/lib/services/session/revoke'
import { defineAction } from '@/lib/web/gate'

/** Ends a session: one's own, or as an administrator anybody's. */
export const revokeSession = defineAction({ permission: 'profile.manage-own', input: revokeSessionInput, run: revoke })
