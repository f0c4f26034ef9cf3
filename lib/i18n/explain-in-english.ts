import formatMessage from 'icu-minify/format'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { compiledAreasOf } from './compiled'
import { createFormat } from './format'
import { type Explanation, explainReason, type FeatureTranslator, type ReasonTranslator } from './reasons'

const LANGUAGE = 'en'

/** A Reason in English, for programs: API errors and the command line. Pages speak the reader's language instead. */
export function explainInEnglish(reason: Reason, now: Instant): Explanation {
  return explainReason(reason, {
    t: translatorOf('reasons') as ReasonTranslator,
    words: translatorOf('words') as FeatureTranslator,
    format: createFormat(LANGUAGE, 'UTC'),
    now,
  })
}

type Words = Record<string, string>

/**
 * Reads compiled messages with the small formatter itself. next-intl's translator would take them apart in the command
 * line but not in the web server, where next.config.js puts the small formatter in its place.
 */
function translatorOf(area: 'reasons' | 'words'): unknown {
  const messages = compiledAreasOf(LANGUAGE, [area])[area]
  return (key: string, values: Words = {}): string => {
    const message = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], messages)
    return String(formatMessage(message as Parameters<typeof formatMessage>[0], LANGUAGE, values, { formatters }))
  }
}

const formatters: Parameters<typeof formatMessage>[3]['formatters'] = {
  getNumberFormat: (...options) => new Intl.NumberFormat(...options),
  getPluralRules: (...options) => new Intl.PluralRules(...options),
  getDateTimeFormat: (...options) => new Intl.DateTimeFormat(...options),
}
