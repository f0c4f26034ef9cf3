/**
 * One question to what a guest serves: is the port open, does the address answer with the status it should. Addresses
 * are judged like those of notifications, where the socket is opened. Nothing is sent that a stranger could not send,
 * no redirect is followed, and of an answer's body nothing is kept.
 */
import { connect, isIP, type LookupFunction } from 'node:net'
import { Agent, request } from 'undici'
import type { Reason } from '@/lib/domain/reason'
import { probeTarget, type ServiceProbe, type ServiceProbeResult } from '@/lib/domain/service-probe'
import type { Millis } from '@/lib/domain/units'
import { isForbiddenAddress } from '@/lib/notify/addresses'
import { ForbiddenAddress, lookupAllowed } from '@/lib/notify/lookup-allowed'

/** Headers of a server that means well fit many times into this. */
const ANSWER_BYTES = 64 * 1024

/** Which addresses may be asked; tests serve on loopback. */
export type Reach = { lookup: LookupFunction; forbids: (address: string) => boolean }
const GUARDED: Reach = { lookup: lookupAllowed, forbids: isForbiddenAddress }

/** Asks once, for `limitMillis` at most. Never throws. */
export async function askService(
  probe: ServiceProbe,
  limitMillis: Millis,
  signal: AbortSignal,
  reach: Reach = GUARDED,
): Promise<ServiceProbeResult> {
  const literal = (probe.kind === 'tcp' ? probe.host : new URL(probe.url).hostname).replace(/^\[|\]$/g, '')
  if (isIP(literal) !== 0 && reach.forbids(literal)) return forbidden(probe, literal)
  const began = performance.now()
  const limit = AbortSignal.any([signal, AbortSignal.timeout(limitMillis)])
  try {
    const status = probe.kind === 'tcp' ? await openPort(probe, limit, reach) : await askUrl(probe, limit, reach)
    if (status !== null && probe.kind === 'http' && status !== probe.expectedStatus) {
      return failed(probe, 'status', status)
    }
    return { result: 'pass', tookMillis: Math.round(performance.now() - began) }
  } catch (error) {
    const cause = rootOf(error)
    if (cause instanceof ForbiddenAddress) return forbidden(probe, cause.address)
    return failed(probe, limit.aborted ? 'timeout' : problemOf(cause), null)
  }
}

type Problem = Extract<Reason, { code: 'probe-failed' }>['problem']

const failed = (probe: ServiceProbe, problem: Problem, status: number | null): ServiceProbeResult => ({
  result: 'fail',
  why: { code: 'probe-failed', target: probeTarget(probe), problem, status, withinMillis: probe.withinMillis },
})

/** The question itself must not be put: that says nothing of the guest. */
const forbidden = (probe: ServiceProbe, address: string): ServiceProbeResult => ({
  result: 'unknown',
  why: { code: 'probe-forbidden', target: probeTarget(probe), address },
})

/** Resolves once somebody listens there. */
function openPort(
  { host, port }: Extract<ServiceProbe, { kind: 'tcp' }>,
  signal: AbortSignal,
  { lookup }: Reach,
): Promise<null> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, lookup })
    const stop = (): void => {
      socket.destroy(new Error('not in time'))
    }
    signal.addEventListener('abort', stop, { once: true })
    socket.once('connect', () => resolve(null))
    socket.once('error', reject)
    socket.once('close', () => {
      signal.removeEventListener('abort', stop)
      reject(new Error('closed'))
    })
    socket.once('connect', () => socket.destroy())
    if (signal.aborted) stop()
  })
}

/** The status an address answers with. */
async function askUrl(
  { url, anyCertificate }: Extract<ServiceProbe, { kind: 'http' }>,
  signal: AbortSignal,
  { lookup }: Reach,
): Promise<number> {
  const agent = new Agent({
    connect: { lookup, rejectUnauthorized: !anyCertificate, autoSelectFamily: true },
    maxHeaderSize: ANSWER_BYTES,
    maxResponseSize: ANSWER_BYTES,
  })
  try {
    const answer = await request(url, {
      dispatcher: agent,
      signal,
      headers: { 'user-agent': 'Snapwarden', accept: '*/*' },
    })
    // The status is all that is asked: the body is not read.
    answer.body.on('error', () => undefined).destroy()
    return answer.statusCode
  } finally {
    await agent.destroy()
  }
}

function problemOf(cause: unknown): Problem {
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'unknown-host'
  if (code === 'ECONNREFUSED') return 'refused'
  if (/^(CERT_|ERR_TLS_CERT|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER))/.test(code)) return 'certificate'
  if (cause instanceof Error && cause.name === 'HTTPParserError') return 'answer'
  if (/^(UND_ERR_(HEADERS_OVERFLOW|RES_EXCEEDED)|ERR_SSL_|EPROTO)/.test(code)) return 'answer'
  return code === 'ETIMEDOUT' || code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'network'
}

/** Of several addresses tried at once, the first failure speaks for all. */
function rootOf(error: unknown): unknown {
  let root = error
  for (;;) {
    if (root instanceof AggregateError && root.errors.length > 0) root = root.errors[0]
    else if (root instanceof Error && root.cause instanceof Error) root = root.cause
    else return root
  }
}
