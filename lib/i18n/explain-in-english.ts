import { createTranslator } from 'next-intl'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { createFormat } from './format'
import { en } from './messages/en'
import { type Explanation, explainReason } from './reasons'

/** A Reason in English, for programs: API errors and the command line. Pages speak the reader's language instead. */
export function explainInEnglish(reason: Reason, now: Instant): Explanation {
  return explainReason(reason, {
    t: createTranslator({ locale: 'en', messages: en, namespace: 'reasons' }),
    words: createTranslator({ locale: 'en', messages: en, namespace: 'words' }),
    format: createFormat('en', 'UTC'),
    now,
  })
}
