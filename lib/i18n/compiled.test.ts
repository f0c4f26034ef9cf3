import { createTranslator } from 'next-intl'
import formatOnly from 'use-intl/format-message/format-only'
import { describe, expect, it } from 'vitest'
import { catalogueOf } from './catalogue'
import { compiledAreasOf, compiledCatalogueOf } from './compiled'

/** Every message with its path, side by side with its compiled form. */
function pairs(source: object, compiled: object): [message: string, compiled: unknown][] {
  return Object.entries(source).flatMap(([key, value]) => {
    const other = (compiled as Record<string, unknown>)[key]
    return typeof value === 'string' ? [[value, other] as [string, unknown]] : pairs(value as object, other as object)
  })
}

describe.each(['en', 'zh-CN', 'en-XA'] as const)('compiled %s', (locale) => {
  it('reads the same as the full formatter, whatever the count', () => {
    const formatterLocale = locale === 'en-XA' ? 'en' : locale
    for (const [message, ready] of pairs(catalogueOf(locale), compiledCatalogueOf(locale))) {
      if (message.includes('<') || message === '') continue
      const names = [...message.matchAll(/\{(\w+)/g)].map((found) => found[1] ?? '')
      // Without arguments there is nothing that a count could change.
      for (const count of names.length === 0 ? [0] : [0, 1, 2, 1500]) {
        const values = Object.fromEntries(names.map((name) => [name, count]))
        const t = createTranslator({ locale: formatterLocale, messages: { message } as never })
        const short = formatOnly('message', ready as never, values, {
          locale: formatterLocale,
          formatters: {
            getNumberFormat: (...options: ConstructorParameters<typeof Intl.NumberFormat>) =>
              new Intl.NumberFormat(...options),
            getPluralRules: (...options: ConstructorParameters<typeof Intl.PluralRules>) =>
              new Intl.PluralRules(...options),
            getDateTimeFormat: (...options: ConstructorParameters<typeof Intl.DateTimeFormat>) =>
              new Intl.DateTimeFormat(...options),
          },
        } as never)
        expect(short).toBe(t('message' as never, values as never))
      }
    }
  })
})

it('is plain data, as client components need it', () => {
  const compiled = compiledCatalogueOf('en')
  expect(structuredClone(compiled)).toEqual(compiled)
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    expect([Object.prototype, Array.prototype]).toContain(Object.getPrototypeOf(value))
    for (const inner of Object.values(value)) walk(inner)
  }
  walk(compiled)
})

it('picks areas', () => {
  expect(Object.keys(compiledAreasOf('en', ['ui', 'common']))).toEqual(['ui', 'common'])
})
