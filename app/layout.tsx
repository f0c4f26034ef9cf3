import '@fontsource-variable/inter/opsz.css'
import '@fontsource-variable/geist-mono/wght.css'
import './globals.css'
import type { Metadata, Viewport } from 'next'
import { cookies, headers } from 'next/headers'
import { NextIntlClientProvider } from 'next-intl'
import { getLocale, getTimeZone } from 'next-intl/server'
import type { ReactNode } from 'react'
import { NonceMeta } from '@/components/shell/nonce-meta'
import { TimeZoneTeller } from '@/components/shell/time-zone-teller'
import { ClockProvider } from '@/components/ui/clock'
import { KeyboardProvider } from '@/components/ui/keyboard'
import { instantAt } from '@/lib/domain/units'
import { BASE_AREAS } from '@/lib/i18n/catalogue'
import { compiledAreasOf } from '@/lib/i18n/compiled'
import { densityOf, PREFERENCE_COOKIES, themeOf } from '@/lib/i18n/cookies'

export const metadata: Metadata = {
  robots: { index: false, follow: false },
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
  viewportFit: 'cover',
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f6f7f9' },
    { media: '(prefers-color-scheme: dark)', color: '#0c0d0f' },
  ],
}

/**
 * Every page is rendered per request: the policy's nonce changes each time. Theme, density and language come from
 * cookies, so the first paint is already right and no inline script is needed.
 */
export default async function RootLayout({ children }: { children: ReactNode }) {
  const [jar, head, locale, timeZone] = await Promise.all([cookies(), headers(), getLocale(), getTimeZone()])
  const theme = themeOf(jar.get(PREFERENCE_COOKIES.theme)?.value)
  const density = densityOf(jar.get(PREFERENCE_COOKIES.density)?.value)
  const nonce = head.get('x-nonce') ?? undefined
  return (
    <html
      lang={locale}
      data-theme={theme === 'system' ? undefined : theme}
      data-density={density === 'default' ? undefined : density}
    >
      <head>{nonce ? <NonceMeta nonce={nonce} /> : null}</head>
      <body>
        <NextIntlClientProvider locale={locale} timeZone={timeZone} messages={compiledAreasOf(locale, BASE_AREAS)}>
          <ClockProvider now={instantAt(Date.now())}>
            <KeyboardProvider singleKeys={jar.get(PREFERENCE_COOKIES.keys)?.value !== 'off'}>
              {children}
            </KeyboardProvider>
          </ClockProvider>
          <TimeZoneTeller known={jar.has(PREFERENCE_COOKIES.timeZone) ? timeZone : null} />
        </NextIntlClientProvider>
      </body>
    </html>
  )
}
