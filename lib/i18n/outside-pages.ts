/** Words where no page is: API errors, the command line, notices. */
import formatMessage from 'icu-minify/format'
import type { Area } from './catalogue'
import { compiledAreasOf } from './compiled'
import type { Locale } from './locale'

type Words = Record<string, string | number>

/**
 * Reads compiled messages with the small formatter itself. next-intl's translator would take them apart in the command
 * line but not in the web server, where next.config.js puts the small formatter in its place.
 */
export function translatorOutsidePages(locale: Locale, area: Area): unknown {
  const messages = compiledAreasOf(locale, [area])[area]
  return (key: string, values: Words = {}): string => {
    const message = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], messages)
    return String(formatMessage(message as Parameters<typeof formatMessage>[0], locale, values, { formatters }))
  }
}

const formatters: Parameters<typeof formatMessage>[3]['formatters'] = {
  getNumberFormat: (...options) => new Intl.NumberFormat(...options),
  getPluralRules: (...options) => new Intl.PluralRules(...options),
  getDateTimeFormat: (...options) => new Intl.DateTimeFormat(...options),
}
