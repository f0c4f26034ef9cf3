import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { createFormat } from './format'
import { translatorOutsidePages } from './outside-pages'
import { type Explanation, explainReason, type FeatureTranslator, type ReasonTranslator } from './reasons'

const LANGUAGE = 'en'

/** A Reason in English, for programs: API errors and the command line. Pages speak the reader's language instead. */
export function explainInEnglish(reason: Reason, now: Instant): Explanation {
  return explainReason(reason, {
    t: translatorOutsidePages(LANGUAGE, 'reasons') as ReasonTranslator,
    words: translatorOutsidePages(LANGUAGE, 'words') as FeatureTranslator,
    format: createFormat(LANGUAGE, 'UTC'),
    now,
  })
}
