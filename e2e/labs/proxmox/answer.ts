/** What the simulator is asked and what it answers, before either is bytes. */

export interface ApiRequest {
  method: string
  /** Path and query as sent, e.g. `/api2/json/nodes/pve1/qemu?full=1`. */
  target: string
  /** Names in lower case. */
  headers: Readonly<Record<string, string | undefined>>
  body: string
}

export interface Answer {
  status: number
  /** Proxmox puts the message here; it is all a 401 or 595 has. */
  reason: string
  /** `undefined`: no body at all, and no Content-Type. */
  body: string | undefined
  contentType: string | undefined
  /** Answered by pvedaemon behind pveproxy: its own `Connection: close` comes along (recorded). */
  fromDaemon: boolean
  /** How long the server sits on the answer: 3 s for a 401, on purpose (recorded). */
  holdMs: number
}

/** An expected refusal, thrown by handlers and turned into an answer in one place. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly errors?: Readonly<Record<string, string>>,
  ) {
    super(message)
  }
}

/** 400 with one text for each bad parameter. */
export function badParameters(errors: Readonly<Record<string, string>>): Refusal {
  return new Refusal(400, 'Parameter verification failed.\n', errors)
}

/** Status line only, as pveproxy answers what it refuses before the API sees it. */
export function bareAnswer(status: number, reason: string, holdMs = 0): Answer {
  return { status, reason, body: undefined, contentType: undefined, fromDaemon: false, holdMs }
}

/** Text without a Content-Type: pveproxy's own complaints about a request's body (recorded, 299 and 300). */
export function plainAnswer(status: number, text: string): Answer {
  return { ...bareAnswer(status, text.trim()), body: text }
}

export function jsonAnswer(status: number, reason: string, value: unknown, fromDaemon: boolean): Answer {
  return {
    status,
    reason,
    body: JSON.stringify(value),
    contentType: 'application/json;charset=UTF-8',
    fromDaemon,
    holdMs: 0,
  }
}

/** The headers in the recorded order; `atMs` is the server's time. */
export function headersOf(answer: Answer, atMs: number): [string, string][] {
  const date = new Date(atMs).toUTCString()
  const connection: [string, string][] =
    answer.status === 200
      ? [...(answer.fromDaemon ? [['Connection', 'close'] as [string, string]] : []), ['Connection', 'Keep-Alive']]
      : [['Connection', 'close']]
  const length: [string, string][] =
    answer.body === undefined ? [] : [['Content-Length', String(Buffer.byteLength(answer.body))]]
  const type: [string, string][] = answer.contentType === undefined ? [] : [['Content-Type', answer.contentType]]
  return [
    ['Cache-Control', 'max-age=0'],
    ...connection,
    ['Date', date],
    ['Pragma', 'no-cache'],
    ['Server', 'pve-api-daemon/3.0'],
    ...length,
    ...type,
    ['Expires', date],
  ]
}
