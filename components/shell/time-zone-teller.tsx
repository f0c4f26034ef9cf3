'use client'
import { useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { preferenceCookie } from '@/lib/i18n/cookies'

/** Tells the server this browser's time zone once, so that dates are in the reader's hours from then on. */
export function TimeZoneTeller({ known }: { known: string | null }) {
  const router = useRouter()
  useEffect(() => {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone
    if (!zone || zone === known) return
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is missing in Firefox ESR
    document.cookie = preferenceCookie('timeZone', zone, location.protocol === 'https:')
    // Where cookies are refused the next page would tell again for ever: refresh only when it was kept.
    if (document.cookie.includes('sw-tz=')) router.refresh()
  }, [known, router])
  return null
}
