import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { explainInEnglish } from '@/lib/i18n/explain-in-english'
import { retryAfter } from '../gate'
import { httpRefusal } from '../status'

/** A refusal as RFC 9457 tells it: title and detail for a person, status and code for the program. */
export function problemResponse(why: Reason, now: Instant): Response {
  const { status, code } = httpRefusal(why)
  const { title, action } = explainInEnglish(why, now)
  const errors = why.code === 'invalid' ? { errors: why.errors } : {}
  return new Response(JSON.stringify({ type: 'about:blank', title, status, detail: action, code, ...errors }), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'private, no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="snapwarden"' } : {}),
      ...retryAfter(why),
    },
  })
}
