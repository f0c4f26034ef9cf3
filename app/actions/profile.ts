'use server'

import { changeProfile as change, changeProfileInput } from '@/lib/services/profile/change'
import { defineAction } from '@/lib/web/gate'
import { keepPreferences } from '@/lib/web/jar'

/** Changes one's own profile, and this browser's copy of its preferences. */
export const changeProfile = defineAction({
  permission: 'profile.manage-own',
  input: changeProfileInput,
  run: async (call) => {
    const outcome = await change(call)
    if (outcome.ok) {
      const { language, theme, density, shortcuts } = call.input
      await keepPreferences({
        ...(language === undefined ? {} : { language }),
        ...(theme === undefined ? {} : { theme }),
        ...(density === undefined ? {} : { density }),
        ...(shortcuts === undefined ? {} : { shortcuts }),
      })
    }
    return outcome
  },
})
