'use server'

import { ok } from '@/lib/domain/result'
import { nothing } from '@/lib/services/fields'
import { signOut as endSession } from '@/lib/services/session/sign-out'
import { defineAction, definePublic } from '@/lib/web/gate'
import { forgetSession, keepSignedIn } from '@/lib/web/jar'
import { signIn as begin, signInInput } from '@/lib/web/sign-in'

/** Signs in with e-mail and password; sets the session cookie. */
export const signIn = definePublic('/sign-in', {
  input: signInInput,
  run: async ({ ctx, input }) => {
    const signedIn = await begin(ctx, input)
    if (!signedIn.ok) return signedIn
    await keepSignedIn(signedIn.value.cookie, signedIn.value.user)
    return ok(null)
  },
})

/** Ends this browser's session and forgets its cookie. */
export const signOut = defineAction({
  permission: 'profile.manage-own',
  input: nothing,
  run: async (call) => {
    await forgetSession()
    return endSession(call)
  },
})
