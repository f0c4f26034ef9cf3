import { cookies } from 'next/headers'
import { notFound } from 'next/navigation'
import { titled } from '@/components/shell/page-title'
import { instantAt, MINUTE, SECOND } from '@/lib/domain/units'
import { PREFERENCE_COOKIES, themeOf } from '@/lib/i18n/cookies'
import { GalleryShell } from './gallery-shell'

/** The shell on sample data, to be looked at beside the design. */
async function GalleryShellPage() {
  if (process.env.SNAPWARDEN_GALLERY !== '1') notFound()
  const now = Date.now()
  const theme = themeOf((await cookies()).get(PREFERENCE_COOKIES.theme)?.value)
  return (
    <GalleryShell
      theme={theme}
      sources={[
        { id: 'a', name: 'vcenter-bj', lastAnswerAt: instantAt(now - 38 * SECOND), failing: false },
        { id: 'b', name: 'pve-sh', lastAnswerAt: instantAt(now - 12 * SECOND), failing: false },
        { id: 'c', name: 'kvm-edge-07', lastAnswerAt: instantAt(now - 14 * MINUTE), failing: true },
      ]}
    />
  )
}

export default titled(() => 'Gallery', GalleryShellPage)
