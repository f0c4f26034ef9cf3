import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Answer, ApiRequest } from './answer'
import { makeCsrfToken, makeTicket } from './authentication'
import type { ManualClock } from './clock'
import type { Cluster } from './cluster'

/** Plays the recorded exchanges against the simulator: what is sent, and what must agree. */

export interface Exchange {
  seq: number
  group: string
  title: string
  request: { method: string; path: string; headers: Record<string, string>; body: string | null }
  response: { status: number; reason: string; headers: [string, string][]; body: unknown }
}

export function recordedExchanges(): Exchange[] {
  const folder = fileURLToPath(new URL('./recordings/fixtures', import.meta.url))
  return readdirSync(folder)
    .flatMap((name) => JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')) as Exchange[])
    .sort((left, right) => left.seq - right.seq)
}

/** Whose ticket or password a recording used: the recorder masked them. */
const TICKET_USERS: readonly [first: number, last: number, user: string][] = [
  [197, 204, 'norb@pve'],
  [205, 205, 'one@pve'],
  [206, 206, 'blind@pve'],
  [207, 207, 'one@pve'],
]

const userOf = (seq: number): string =>
  TICKET_USERS.find(([first, last]) => seq >= first && seq <= last)?.[2] ?? 'root@pam'

/** Recordings whose masked secret was a wrong one. */
const WRONG_SECRET = new Set([19, 20, 21])

/** Turns a recorded request into one for the simulator. `upids` maps recorded UPIDs to its own. */
export function requestFor(cluster: Cluster, exchange: Exchange, upids: ReadonlyMap<string, string>): ApiRequest {
  const { auth } = cluster
  const user = userOf(exchange.seq)
  const expired = exchange.seq === 14 || exchange.seq === 15
  const ticket = makeTicket(auth, user, expired ? auth.nowMs() - 3 * 3_600_000 : auth.nowMs())
  const headers = Object.fromEntries(
    Object.entries(exchange.request.headers).map(([name, value]) => [name.toLowerCase(), value]),
  )
  if (headers.cookie?.includes('<ticket>')) headers.cookie = `PVEAuthCookie=${encodeURIComponent(ticket)}`
  if (headers.csrfpreventiontoken !== undefined) {
    headers.csrfpreventiontoken = exchange.seq === 17 ? '00000000:wrong' : makeCsrfToken(auth, user)
  }
  const token = /^PVEAPIToken[= ]([^=]+)=/.exec(headers.authorization ?? '')?.[1]
  const secret = token === undefined ? undefined : cluster.state.tokens.get(token)?.secret
  if (headers.authorization !== undefined && !WRONG_SECRET.has(exchange.seq)) {
    headers.authorization = headers.authorization.replace('<token-secret-uuid>', secret ?? 'none')
  }
  const body = (exchange.request.body ?? '').replace('<password>', () => {
    const named = new URLSearchParams(exchange.request.body ?? '').get('username') ?? ''
    const id = named.includes('@') ? named : `${named}@pam`
    const password = exchange.seq === 11 || exchange.seq === 15 ? ticket : (cluster.state.users.get(id)?.password ?? '')
    return encodeURIComponent(password)
  })
  return { method: exchange.request.method, target: withOwnUpids(exchange.request.path, upids), headers, body }
}

function withOwnUpids(path: string, upids: ReadonlyMap<string, string>): string {
  const match = /\/tasks\/(UPID[^/?]+)/.exec(path)
  const recorded = match?.[1]
  const own = recorded === undefined ? undefined : upids.get(decodeURIComponent(recorded))
  return recorded === undefined || own === undefined ? path : path.replace(recorded, encodeURIComponent(own))
}

/** The recorded server's boot, UTC in ms: a UPID's pstart counts hundredths of a second from here. */
const RECORDED_BOOT_MS = 1_795_233_043_860

/** When the exchange happened, UTC in ms: to 10 ms where it started a task, else to the second of its Date. */
export function momentOf(exchange: Exchange): number {
  const data = (exchange.response.body as { data?: unknown } | null)?.data
  const pstart = typeof data === 'string' && data.startsWith('UPID:') ? data.split(':')[3] : undefined
  if (pstart !== undefined) return RECORDED_BOOT_MS + Number.parseInt(pstart, 16) * 10
  return Date.parse(exchange.response.headers.find(([name]) => name === 'Date')?.[1] ?? '')
}

/** Lets time pass until the task an exchange asks about is where the recording had it. */
export function waitLikeTheRecorder(
  cluster: Cluster,
  clock: ManualClock,
  exchange: Exchange,
  upid: string | undefined,
): void {
  const data = (exchange.response.body as { data?: { status?: string } } | null)?.data
  const task = upid === undefined ? undefined : cluster.tasks.find(upid)
  if (task === undefined || data?.status !== 'stopped') return
  for (let waited = 0; task.status === 'running' && waited < 60_000; waited += 50) clock.advance(50)
}

/** Keys whose values belong to the moment, the machine or chance: only their type is compared. */
const VOLATILE = new Set(
  (
    'uptime cpu mem disk diskread diskwrite netin netout pid pstart starttime endtime digest vmgenid snaptime ctime time used ' +
    'avail used_fraction ticket CSRFPreventionToken ssl_fingerprint fingerprint pem notbefore notafter idle_time_ns ' +
    'loadavg free available total next-run rd_bytes rd_operations rd_total_time_ns smbios1 net0 maxmem-node kversion release ' +
    'flags issuer subject wr_highest_offset mhz n iowait memavailable ' +
    'memused pressurecpusome pressurecpufull pressureiofull pressureiosome pressurememoryfull pressurememorysome rootused swapused'
  ).split(' '),
)

/** The same for everything two servers may differ in, so that what remains must be equal. */
export function normalise(value: unknown, key = ''): unknown {
  if (typeof value === 'string' && value.startsWith('UPID:')) {
    const parts = value.split(':')
    return `UPID:${parts[1]}:${parts[5]}:${parts[6]}:${parts[7]}:`
  }
  if (Array.isArray(value)) {
    if (VOLATILE.has(key)) return `list of ${value.length}`
    const rows = value.map((each) => normalise(each))
    return isLog(value) ? rows.map((row) => logText(row)) : rows.sort(byText)
  }
  if (typeof value === 'object' && value !== null) {
    const pending = value as { key?: unknown; value?: unknown }
    if (typeof pending.key === 'string' && VOLATILE.has(pending.key)) return { key: pending.key, value: '<varies>' }
    return Object.fromEntries(
      Object.entries(value)
        .map(([name, each]) => [name, normalise(each, name)] as const)
        .sort(([left], [right]) => left.localeCompare(right)),
    )
  }
  if (VOLATILE.has(key)) return `<${typeof value}>`
  if (key === 'content' && typeof value === 'string') return value.split(',').sort().join(',')
  if (typeof value === 'string') return value.replace(/\d+(\.\d+)? [KMG]iB/g, '<size>')
  return value
}

const byText = (left: unknown, right: unknown): number => JSON.stringify(left).localeCompare(JSON.stringify(right))

const isLog = (value: unknown[]): boolean => value.every((row) => typeof row === 'object' && row !== null && 't' in row)

const logText = (row: unknown): unknown => (row as { t?: unknown }).t

export function comparable(answer: { status: number; reason: string; body: unknown }): unknown {
  return { status: answer.status, reason: answer.reason, body: normalise(answer.body) }
}

export function bodyOf(answer: Answer): unknown {
  if (answer.body === undefined) return ''
  return answer.contentType === undefined ? answer.body : (JSON.parse(answer.body) as unknown)
}
