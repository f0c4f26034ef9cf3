import { cookies } from 'next/headers'
import { getTranslations } from 'next-intl/server'
import { ProfilePage } from '@/components/settings/profile-page'
import { Refused } from '@/components/settings/refused'
import { titled } from '@/components/shell/page-title'
import { densityOf, PREFERENCE_COOKIES, themeOf } from '@/lib/i18n/cookies'
import { LOCALES } from '@/lib/i18n/locale'
import { PASSWORD_MIN } from '@/lib/services/passwords'
import { readForPage } from '@/lib/web/read'
import { reads } from '@/lib/web/reads'

async function title(): Promise<string> {
  return (await getTranslations('settings'))('title')
}

async function Page() {
  const [shell, jar] = await Promise.all([readForPage(reads.shell, {}), cookies()])
  if (!shell.ok) return <Refused reason={shell.why} />
  const cookie = (name: keyof typeof PREFERENCE_COOKIES) => jar.get(PREFERENCE_COOKIES[name])?.value
  return (
    <ProfilePage
      user={shell.value.user}
      minPassword={PASSWORD_MIN}
      inForce={{
        language: LOCALES.find((known) => known === cookie('locale')) ?? null,
        theme: themeOf(cookie('theme')),
        density: densityOf(cookie('density')),
        shortcuts: cookie('keys') !== 'off',
      }}
    />
  )
}

export default titled(title, Page)
