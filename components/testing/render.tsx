import { cleanup, configure, render } from '@testing-library/react'
import { NextIntlClientProvider } from 'next-intl'
import type { ReactNode } from 'react'
import { afterEach } from 'vitest'
import { ClockProvider } from '@/components/ui/clock'
import { KeyboardProvider } from '@/components/ui/keyboard'
import { type Area, catalogueOf, pickAreas } from '@/lib/i18n/catalogue'
import type { Locale } from '@/lib/i18n/locale'

afterEach(cleanup)
/** A bound against hanging, not on speed. */
configure({ asyncUtilTimeout: 20_000 })

const TEST_NOW = '2025-08-31T09:42:00.000Z'
const AREAS: readonly Area[] = ['common', 'ui', 'shell', 'words']

/** Renders with words, a still clock and the keyboard map, as the root layout gives them. */
export function renderUi(ui: ReactNode, options: { locale?: Locale; singleKeys?: boolean } = {}) {
  const locale = options.locale ?? 'en'
  const wrap = (content: ReactNode) => (
    <NextIntlClientProvider locale={locale} timeZone="Asia/Shanghai" messages={pickAreas(catalogueOf(locale), AREAS)}>
      <ClockProvider now={TEST_NOW}>
        <KeyboardProvider singleKeys={options.singleKeys ?? true}>{content}</KeyboardProvider>
      </ClockProvider>
    </NextIntlClientProvider>
  )
  const view = render(wrap(ui))
  return { ...view, update: (next: ReactNode) => view.rerender(wrap(next)) }
}
