/**
 * One HTTP request to a receiver: bounded in time and size, never redirected, never to a forbidden address. The
 * address is judged where the socket is opened, after name resolution, so that a name cannot change its mind between.
 */
import { isIP } from 'node:net'
import { Agent, request } from 'undici'
import type { Receipt } from '../domain/channel'
import { type Outcome, ok, refused } from '../domain/result'
import { SECOND } from '../domain/units'
import { isForbiddenAddress } from './addresses'
import { ForbiddenAddress, lookupAllowed } from './lookup-allowed'

/** A receiver that has not answered by then is tried again later; a hook that works answers within a second. */
const TIMEOUT_MILLIS = 10 * SECOND
/** What is kept of an answer: enough to see why. */
const ANSWER_CHARACTERS = 500
const ANSWER_BYTES = 64 * 1024
/** Without a Retry-After a busy receiver is left alone for this long. */
const BUSY_MILLIS = 30 * SECOND

export type HttpMessage = {
  url: string
  body: string
  headers?: Record<string, string>
  anyAddress: boolean
}

/** Receivers that answer 200 and say no inside: judges the answer's text. Null = it was taken. */
export type JudgeAnswer = (answer: string) => { refused: string } | { busyMillis: number } | null

/** POSTs once. 2xx is taken (then `judge` has the last word); 408, 425, 429 and 5xx are busy; 3xx is not followed. */
export async function post(message: HttpMessage, signal: AbortSignal, judge?: JudgeAnswer): Promise<Outcome<Receipt>> {
  const target = parseUrl(message.url)
  if (target === null) return refused({ code: 'address-invalid', problem: 'syntax', part: shown(message.url) })
  if (!message.anyAddress && isIP(target.hostname.replace(/^\[|\]$/g, '')) !== 0) {
    const literal = target.hostname.replace(/^\[|\]$/g, '')
    if (isForbiddenAddress(literal)) return refused({ code: 'address-forbidden', address: literal })
  }
  const agent = new Agent({
    connect: { timeout: TIMEOUT_MILLIS, ...(message.anyAddress ? {} : { lookup: lookupAllowed }) },
    headersTimeout: TIMEOUT_MILLIS,
    bodyTimeout: TIMEOUT_MILLIS,
  })
  try {
    const response = await request(target, {
      method: 'POST',
      dispatcher: agent,
      signal: AbortSignal.any([signal, AbortSignal.timeout(2 * TIMEOUT_MILLIS)]),
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Snapwarden', ...message.headers },
      body: message.body,
    })
    const answer = await readBeginning(response.body)
    return judgeResponse(response.statusCode, answer, response.headers, judge)
  } catch (error) {
    return whyNot(error, target.host)
  } finally {
    await agent.destroy()
  }
}

/** What is read of an answer. One that does not end was given all the same: it is not asked for again. */
async function readBeginning(body: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= ANSWER_BYTES) break
  }
  return Buffer.concat(pieces).toString('utf8').slice(0, ANSWER_CHARACTERS)
}

function judgeResponse(
  status: number,
  answer: string,
  headers: Record<string, string | string[] | undefined>,
  judge: JudgeAnswer | undefined,
): Outcome<Receipt> {
  if (status >= 300 && status < 400) return refused({ code: 'redirected', to: hostOf(headers.location) })
  if (status === 408 || status === 425 || status === 429 || status >= 500) {
    const retryAfterMillis = retryAfter(headers['retry-after'])
    return refused({ code: 'receiver-busy', status, retryAfterMillis, ...(answer !== '' && { text: answer }) })
  }
  if (status >= 400) return refused({ code: 'receiver-refused', status, text: answer })
  const verdict = judge?.(answer) ?? null
  if (verdict === null) return ok({ status, answer })
  return 'refused' in verdict
    ? refused({ code: 'receiver-refused', status, text: verdict.refused })
    : refused({ code: 'receiver-busy', status, retryAfterMillis: verdict.busyMillis, text: answer })
}

/** Seconds or an HTTP date (RFC 9110 §10.2.3); what cannot be read counts as not said. */
function retryAfter(header: string | string[] | undefined): number {
  const text = Array.isArray(header) ? header[0] : header
  if (text === undefined) return BUSY_MILLIS
  const seconds = /^\d+$/.test(text) ? Number(text) : (Date.parse(text) - Date.now()) / SECOND
  return Number.isFinite(seconds) && seconds > 0 ? seconds * SECOND : BUSY_MILLIS
}

function whyNot(error: unknown, address: string): Outcome<Receipt> {
  const cause = rootOf(error)
  if (cause instanceof ForbiddenAddress) return refused({ code: 'address-forbidden', address: cause.address })
  const code = codeOf(cause)
  const native = { source: 'http', code, text: cause instanceof Error ? cause.message : String(cause) }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return refused({ code: 'unreachable', address, cause: 'unknown-host' }, native)
  if (code === 'ECONNREFUSED') return refused({ code: 'unreachable', address, cause: 'refused' }, native)
  if (isCertificateTrouble(code)) {
    return refused({ code: 'certificate-invalid', problem: certificateProblem(code), fingerprint: null }, native)
  }
  const isTimeout = cause instanceof Error && /Timeout|Abort/.test(cause.name)
  return refused({ code: 'unreachable', address, cause: isTimeout ? 'timeout' : 'network' }, native)
}

const isCertificateTrouble = (code: string | null): boolean =>
  code !== null && /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code)

function certificateProblem(code: string | null): 'expired' | 'not-yet-valid' | 'wrong-name' | 'untrusted' {
  if (code === 'CERT_HAS_EXPIRED') return 'expired'
  if (code === 'CERT_NOT_YET_VALID') return 'not-yet-valid'
  return code === 'ERR_TLS_CERT_ALTNAME_INVALID' ? 'wrong-name' : 'untrusted'
}

function rootOf(error: unknown): unknown {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  return root
}

const codeOf = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null

function parseUrl(text: string): URL | null {
  const url = URL.parse(text)
  return url !== null && (url.protocol === 'https:' || url.protocol === 'http:') ? url : null
}

/** The host alone: paths and queries of such addresses hold keys. */
const shown = (text: string): string => URL.parse(text)?.host ?? 'url'
const hostOf = (location: string | string[] | undefined): string =>
  URL.parse(Array.isArray(location) ? (location[0] ?? '') : (location ?? ''))?.host ?? '?'
