import { useLocale, useTimeZone } from 'next-intl'
import { createFormat, type Format } from './format'

const bound = new Map<string, Format>()

/** Formatters bound to the reader's language and time zone. Works in server and client components alike. */
export function useFormat(): Format {
  const locale = useLocale()
  const timeZone = useTimeZone() ?? 'UTC'
  const key = `${locale} ${timeZone}`
  let format = bound.get(key)
  if (!format) {
    format = createFormat(locale, timeZone)
    bound.set(key, format)
  }
  return format
}
