'use client'
/** The two languages, before anybody is known whose setting could be asked. */
import { useLocale } from 'next-intl'
import { useSetPreference } from '@/components/shell/preferences'
import { LOCALE_NAMES, LOCALES } from '@/lib/i18n/locale'

export function LanguageLinks() {
  const current = useLocale()
  const set = useSetPreference()
  return (
    <>
      {LOCALES.map((locale) => (
        <button
          key={locale}
          type="button"
          lang={locale}
          className={locale === current ? 'sw-link text-text' : 'sw-link text-text-2'}
          aria-current={locale === current ? 'true' : undefined}
          onClick={() => set('locale', locale)}
        >
          {LOCALE_NAMES[locale]}
        </button>
      ))}
    </>
  )
}
