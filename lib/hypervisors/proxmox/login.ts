/** Who we are to Proxmox VE: a token, or a ticket that is asked for once, renewed before it expires and kept here only. */
import { z } from 'zod'
import { type Outcome, ok, type Refused, refused } from '@/lib/domain/result'
import { MINUTE, type Millis, SECOND } from '@/lib/domain/units'
import type { ProxmoxCredentials } from '../credentials'
import type { Method } from './engine'
import { readTotpKey, totpCode } from './totp'

/** A ticket is valid for two hours. Renewed after one, a pause of the machine in between does no harm. */
const RENEW_AFTER: Millis = 60 * MINUTE
/** After this it is not worth renewing: the server would refuse it, 3 s later. */
const EXPIRES_AFTER: Millis = 119 * MINUTE
/** A login waits for nobody in particular, so no caller's signal ends it. Two refused steps take 6 s on purpose. */
const LOGIN_MS = 14 * SECOND

type Ticket = { ticket: string; csrf: string; at: Millis }

/** Posts to `/access/ticket` without credentials, once. */
export type PostTicket = (body: Record<string, string>, signal: AbortSignal) => Promise<Outcome<unknown>>

export type Login = {
  readonly method: 'token' | 'password'
  /** The headers that make a request ours. However many ask at once, the server sees one login. */
  headers(method: Method, signal: AbortSignal): Promise<Outcome<Record<string, string>>>
  /**
   * The server refused these headers. @returns true when a new login may be better: tickets expire, also by a new
   * signing key or a changed clock; a token does not become right by asking again
   */
  reject(headers: Record<string, string>): boolean
}

/** Numbers may be strings on their way through old proxies; the flag is only looked at for being there. */
const ticketAnswer = z.object({
  ticket: z.string().min(1),
  CSRFPreventionToken: z.string().optional(),
  NeedTFA: z.union([z.number(), z.string(), z.boolean()]).optional(),
})

/** Makes the login of one connection. Nothing is sent before the first `headers`. */
export function createLogin(credentials: ProxmoxCredentials, post: PostTicket, now: () => Millis): Login {
  return credentials.method === 'token' ? tokenLogin(credentials) : ticketLogin(credentials, post, now)
}

function tokenLogin({ tokenId, tokenSecret }: Extract<ProxmoxCredentials, { method: 'token' }>): Login {
  const headers = { authorization: `PVEAPIToken=${tokenId}=${tokenSecret}` }
  return { method: 'token', headers: async () => ok({ ...headers }), reject: () => false }
}

function ticketLogin(
  credentials: Extract<ProxmoxCredentials, { method: 'password' }>,
  post: PostTicket,
  now: () => Millis,
): Login {
  let held: Ticket | null = null
  let pending: Promise<Outcome<Ticket>> | null = null
  const username = `${credentials.username}@${credentials.realm}`

  async function current(): Promise<Outcome<Ticket>> {
    const age = held === null ? null : now() - held.at
    if (held !== null && age !== null && age >= 0 && age < RENEW_AFTER) return ok(held)
    pending ??= obtain(held, age).finally(() => {
      pending = null
    })
    return pending
  }

  async function obtain(old: Ticket | null, age: Millis | null): Promise<Outcome<Ticket>> {
    const signal = AbortSignal.timeout(LOGIN_MS)
    if (old !== null && age !== null && age >= 0 && age < EXPIRES_AFTER) {
      const renewed = await ask({ username, password: old.ticket }, signal)
      if (renewed.ok && renewed.value.NeedTFA === undefined) return keep(renewed.value)
      // The old one still holds: a server that is away for the moment does not end a session.
      if (!renewed.ok && renewed.why.code !== 'credentials-refused') return ok(old)
    }
    held = null
    const first = await ask({ username, password: credentials.password }, signal)
    if (!first.ok) return first
    return first.value.NeedTFA === undefined ? keep(first.value) : secondStep(first.value.ticket, signal)
  }

  async function secondStep(challenge: string, signal: AbortSignal): Promise<Outcome<Ticket>> {
    const key = credentials.totpKey === undefined ? null : readTotpKey(credentials.totpKey)
    if (key === null || !acceptsTotp(challenge)) {
      return refused({ code: 'second-factor-needed', totp: acceptsTotp(challenge) })
    }
    const step = (code: string) => ask({ username, password: `totp:${code}`, 'tfa-challenge': challenge }, signal)
    const now1 = await step(totpCode(key, now()))
    // A code counts once. Another login of ours may just have used it, and the next one is accepted already.
    const answer = now1.ok || now1.why.code !== 'credentials-refused' ? now1 : await step(totpCode(key, now(), 1))
    if (answer.ok) return keep(answer.value)
    return answer.why.code === 'credentials-refused' ? withMethod(answer, 'totp') : answer
  }

  async function ask(
    body: Record<string, string>,
    signal: AbortSignal,
  ): Promise<Outcome<z.output<typeof ticketAnswer>>> {
    const answer = await post(body, signal)
    if (!answer.ok) return answer
    const parsed = ticketAnswer.safeParse(answer.value)
    return parsed.success
      ? ok(parsed.data)
      : refused({ code: 'malformed', what: 'answer', name: 'access/ticket', problem: 'it holds no ticket' })
  }

  function keep({ ticket, CSRFPreventionToken }: z.output<typeof ticketAnswer>): Outcome<Ticket> {
    held = { ticket, csrf: CSRFPreventionToken ?? '', at: now() }
    return ok(held)
  }

  return {
    method: 'password',
    async headers(method, signal) {
      const ticket = await unlessAborted(current(), signal)
      if (!ticket.ok) return ticket
      const { ticket: cookie, csrf } = ticket.value
      return ok({
        cookie: cookieOf(cookie),
        ...(method === 'GET' ? {} : { CSRFPreventionToken: csrf }),
      })
    },
    reject(headers) {
      // Only the one that was refused: another caller may have renewed it meanwhile.
      if (held !== null && headers.cookie === cookieOf(held.ticket)) held = null
      return true
    },
  }
}

const cookieOf = (ticket: string): string => `PVEAuthCookie=${encodeURIComponent(ticket)}`

/** `PVE:!tfa!{"totp":true,…}:…`, percent-encoded: which kinds of second factor this account has. */
function acceptsTotp(challenge: string): boolean {
  const encoded = /^PVE:!tfa!([^:]*)/.exec(challenge)?.[1] ?? ''
  return decodeURIComponent(encoded).includes('"totp":true')
}

const withMethod = (refusal: Refused, method: 'totp'): Refused => ({
  ...refusal,
  why: { code: 'credentials-refused', method },
})

/** A caller that gives up leaves; the login goes on for the others. */
function unlessAborted<T>(login: Promise<Outcome<T>>, signal: AbortSignal): Promise<Outcome<T>> {
  if (signal.aborted) return Promise.resolve(refused({ code: 'interrupted' }))
  return new Promise((resolve, reject) => {
    const onAbort = (): void => resolve(refused({ code: 'interrupted' }))
    signal.addEventListener('abort', onAbort, { once: true })
    login.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
