/** What may be entered as a service to ask. The address is judged again, resolved, where the socket is opened. */
import { isIP } from 'node:net'
import { z } from 'zod'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { PROBE_WITHIN, probeTarget, type ServiceProbe } from '@/lib/domain/service-probe'
import { isForbiddenAddress } from '@/lib/notify/addresses'

/** Names as RFC 1123 spells them, and addresses; nothing that a resolver or a URL would read otherwise. */
const HOST = /^(?=.{1,253}$)[a-zA-Z0-9_]([a-zA-Z0-9_.-]*[a-zA-Z0-9_])?$/

const host = z
  .string()
  .trim()
  .transform((text) => text.replace(/^\[(.*)\]$/, '$1'))
  .refine((text) => isIP(text) !== 0 || HOST.test(text), 'must be a name or an address')
const url = z.string().trim().max(2_000).refine(isPlainUrl, 'must be an http or https address without a user name')
const withinMillis = z.int().min(PROBE_WITHIN.least).max(PROBE_WITHIN.most).default(PROBE_WITHIN.usual)

export const serviceProbeInput = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('tcp'), host, port: z.int().min(1).max(65_535), withinMillis }),
  z.object({
    kind: z.literal('http'),
    url,
    expectedStatus: z.int().min(100).max(599).default(200),
    anyCertificate: z.boolean().default(false),
    withinMillis,
  }),
]) satisfies z.ZodType<ServiceProbe>

/** What is kept is shown on pages and in logs, so an address holds no password. */
function isPlainUrl(text: string): boolean {
  const found = URL.parse(text)
  if (found === null || !['http:', 'https:'].includes(found.protocol)) return false
  return found.username === '' && found.password === '' && found.hostname !== ''
}

/** Refuses what leads to this machine or a metadata service as it is written; a name is judged when it is resolved. */
export function mayBeAsked(probe: ServiceProbe): Outcome<ServiceProbe> {
  const literal = (probe.kind === 'tcp' ? probe.host : new URL(probe.url).hostname).replace(/^\[|\]$/g, '')
  const isHere = literal === 'localhost' || literal.endsWith('.localhost')
  if (isHere || (isIP(literal) !== 0 && isForbiddenAddress(literal))) {
    return refused({ code: 'probe-forbidden', target: probeTarget(probe), address: literal })
  }
  return ok(probe)
}
