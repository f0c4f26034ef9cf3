import { createHmac, timingSafeEqual } from 'node:crypto'
import { type Answer, type ApiRequest, bareAnswer } from './answer'
import type { ClusterState } from './state'

/** Tickets, CSRF tokens and API tokens. */

const TICKET_LIFETIME_S = 2 * 60 * 60
/** A refused login is held back on purpose (measured 3005 ms). */
export const REFUSAL_HOLD_MS = 3000

export interface Authentication {
  state: ClusterState
  /** Signs tickets; a real key changes every 24 h. */
  signingKey: string
  nowMs: () => number
}

/** Who asks: `authid` has `!name` when a token does. */
export interface Caller {
  authid: string
  userid: string
  tokenName: string | undefined
}

function sign(auth: Authentication, text: string): string {
  return createHmac('sha256', auth.signingKey).update(text).digest('base64')
}

function sameText(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `PVE:user@realm:HEXTIME::signature` */
export function makeTicket(auth: Authentication, userid: string, atMs: number = auth.nowMs()): string {
  const stamp = Math.floor(atMs / 1000)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0')
  const plain = `PVE:${userid}:${stamp}`
  return `${plain}::${sign(auth, plain)}`
}

/** The ticket's user, or undefined when it is forged, of the future or older than two hours. */
function ticketUser(auth: Authentication, ticket: string): string | undefined {
  const match = /^(PVE:([^:]+):([0-9A-F]{8}))::(.+)$/.exec(ticket)
  if (match === null) return undefined
  const [, plain = '', userid = '', stamp = '', signature = ''] = match
  if (!sameText(signature, sign(auth, plain))) return undefined
  const age = Math.floor(auth.nowMs() / 1000) - Number.parseInt(stamp, 16)
  if (age < -300 || age > TICKET_LIFETIME_S) return undefined
  return auth.state.users.get(userid)?.enabled ? userid : undefined
}

/** `HEXTIME:signature`, for one user. */
export function makeCsrfToken(auth: Authentication, userid: string): string {
  const stamp = Math.floor(auth.nowMs() / 1000)
    .toString(16)
    .toUpperCase()
    .padStart(8, '0')
  return `${stamp}:${sign(auth, `csrf:${stamp}:${userid}`)}`
}

function csrfHolds(auth: Authentication, userid: string, token: string | undefined): boolean {
  const [stamp = '', signature = ''] = (token ?? '').split(':')
  if (!/^[0-9A-F]{8}$/.test(stamp) || !sameText(signature, sign(auth, `csrf:${stamp}:${userid}`))) return false
  const age = Math.floor(auth.nowMs() / 1000) - Number.parseInt(stamp, 16)
  return age >= -300 && age <= TICKET_LIFETIME_S
}

/** The caller, or pveproxy's 401. A token header wins over a cookie; `Bearer` is not looked at (recorded, 24). */
export function authenticate(auth: Authentication, request: ApiRequest): Caller | Answer {
  const refuse = (reason: string): Answer => bareAnswer(401, reason, REFUSAL_HOLD_MS)
  const header = request.headers.authorization
  // Both `PVEAPIToken=` and `PVEAPIToken ` are taken (recorded, 23).
  const tokenMatch = header === undefined ? null : /^PVEAPIToken[=\s](.*)$/.exec(header)
  if (tokenMatch !== null) {
    const parts = /^([^!=]+)!([^!=]+)[=:](.+)$/.exec(tokenMatch[1] ?? '')
    if (parts === null) return refuse('Authentication failed!')
    const [, userid = '', tokenName = '', secret = ''] = parts
    const token = auth.state.tokens.get(`${userid}!${tokenName}`)
    const expired = token !== undefined && token.expire !== 0 && token.expire * 1000 <= auth.nowMs()
    if (token === undefined || expired || !sameText(token.secret, secret)) return refuse('Authentication failed!')
    if (auth.state.users.get(userid)?.enabled !== true) return refuse('Authentication failed!')
    return { authid: token.id, userid, tokenName }
  }
  const cookie = /(?:^|;\s*)PVEAuthCookie=([^;]*)/.exec(request.headers.cookie ?? '')
  if (cookie === null) return refuse('No ticket')
  const userid = ticketUser(auth, decodeLoosely(cookie[1] ?? ''))
  if (userid === undefined) return refuse('Authentication failed!')
  if (request.method !== 'GET' && !csrfHolds(auth, userid, request.headers.csrfpreventiontoken)) {
    return refuse('Permission denied - invalid csrf token')
  }
  return { authid: userid, userid, tokenName: undefined }
}

/** Percent-decoding that leaves broken sequences as they are. */
export function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch (error) {
    if (error instanceof URIError) return text
    throw error
  }
}

/** A valid ticket in the password's place renews it, and asks for no second factor. */
export const isTicketOf = (auth: Authentication, userid: string, password: string): boolean =>
  ticketUser(auth, password) === userid

/** POST /access/ticket: the user whose password or still valid ticket this is. */
export function passwordHolds(auth: Authentication, userid: string, password: string): boolean {
  if (isTicketOf(auth, userid, password)) return true
  const user = auth.state.users.get(userid)
  return user?.enabled === true && user.password !== '' && sameText(user.password, password)
}
