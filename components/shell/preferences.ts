'use client'
import { useRouter } from 'next/navigation'
import { useCallback } from 'react'
import { type PreferenceName, preferenceCookie } from '@/lib/i18n/cookies'

/**
 * Keeps a preference of this browser and redraws with it. Theme and density show at once; language and keys after the
 * server has rendered again. A page that also saves it to the account calls its own action besides.
 */
export function useSetPreference(): (name: PreferenceName, value: string | null) => void {
  const router = useRouter()
  return useCallback(
    (name, value) => {
      // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
      document.cookie = preferenceCookie(name, value, location.protocol === 'https:')
      if (name === 'theme' || name === 'density') {
        if (value === null) delete document.documentElement.dataset[name]
        else document.documentElement.dataset[name] = value
      }
      router.refresh()
    },
    [router],
  )
}
