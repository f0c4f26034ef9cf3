import type { FieldError, Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { explainInEnglish } from '@/lib/i18n/explain-in-english'
import { retryAfter } from '../gate'
import { httpRefusal } from '../status'

/** A refusal as RFC 9457 tells it: title and detail for a person, status and code for the program. */
export function problemResponse(why: Reason, now: Instant, also: Record<string, unknown> = {}): Response {
  const { status, code } = httpRefusal(why)
  const { title, action } = why.code === 'unauthenticated' ? NO_TOKEN : explainInEnglish(why, now)
  const errors = why.code === 'invalid' ? why.errors : null
  const detail = errors === null ? action : errors.map(describeError).join('; ')
  const taken = why.code === 'already-confirmed' ? { operationId: why.operationId } : {}
  const told = errors === null ? {} : { errors }
  const body = { type: 'about:blank', title, status, detail, code, ...told, ...taken, ...also }
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'private, no-store',
      ...(status === 401 ? { 'www-authenticate': 'Bearer realm="snapwarden"' } : {}),
      ...retryAfter(why),
    },
  })
}

/** Whoever comes here cannot sign in: programs have tokens. */
const NO_TOKEN = {
  title: 'The API token is missing or not valid',
  action:
    'Send it as "Authorization: Bearer TOKEN". One that was revoked or has ended needs a new one: Settings → API tokens.',
}

const describeError = ({ path, message }: FieldError): string => (path === '' ? message : `${path}: ${message}`)
