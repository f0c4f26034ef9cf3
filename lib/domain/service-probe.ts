/** What a guest serves, looked at from outside after a rollback: a running guest is not yet a working service. */
import type { Reason } from './reason'
import { type Instant, MINUTE, type Millis, SECOND } from './units'

export type ServiceProbe = {
  /** how long after the last step it may take to answer: guests boot, databases recover */
  withinMillis: Millis
} & (
  | { kind: 'tcp'; host: string; port: number }
  | {
      kind: 'http'
      url: string
      /** redirects are not followed: 302 is an answer like any other */
      expectedStatus: number
      /** guests often sign their own; nothing secret is sent */
      anyCertificate: boolean
    }
)

/** As it is kept with its guest. */
export type ServiceProbeSet = ServiceProbe & { setBy: string; setAt: Instant }

/** `unknown` = it was not asked, or the question itself cannot be put; `why` is there unless it passed. */
export type ServiceProbeResult = { result: 'pass'; tookMillis: Millis } | { result: 'fail' | 'unknown'; why: Reason }

export const PROBE_WITHIN: { least: Millis; most: Millis; usual: Millis } = {
  least: SECOND,
  most: 15 * MINUTE,
  usual: 2 * MINUTE,
}

/** What is asked, in one line: the same for people, logs and programs. */
export function probeTarget(probe: ServiceProbe): string {
  if (probe.kind === 'http') return probe.url
  return `${probe.host.includes(':') ? `[${probe.host}]` : probe.host}:${probe.port}`
}
