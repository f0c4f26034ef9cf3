import { z } from 'zod'
import { refused } from '@/lib/domain/result'
import { probeTarget, type ServiceProbeResult } from '@/lib/domain/service-probe'
import { SECOND } from '@/lib/domain/units'
import { record } from '@/lib/store/audit'
import { guestDetail } from '@/lib/store/inventory-guests'
import { askWorker } from '@/lib/store/questions'
import { countTry } from '@/lib/store/rate-limits'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { guestId } from '../fields'
import { LIMITS } from '../limits'
import { mayBeAsked, serviceProbeInput } from './input'

/** The worker asks for five seconds; a person waits for its own answer. */
const PATIENCE = 25 * SECOND

export const tryServiceProbeInput = z.object({ id: guestId, probe: serviceProbeInput })

/** Asks a service once, now, from where it is asked after a rollback. Nothing is kept but that it was asked. */
export const tryServiceProbe: Verb<z.output<typeof tryServiceProbeInput>, ServiceProbeResult> = async ({
  ctx,
  input,
}) => {
  const no = mayNot(ctx, 'service-probe.set')
  if (no !== null) return no
  const allowed = mayBeAsked(input.probe)
  if (!allowed.ok) return allowed
  const tried = await countTry(ctx.store, 'service-probe', authorOf(ctx), LIMITS.testConnection)
  if (!tried.allowed) return refused({ code: 'rate-limited', retryAfterMillis: tried.retryAfterMillis })
  const guest = await guestDetail(ctx.store, input.id, ctx.now)
  if (guest === null) return refused({ code: 'missing', what: 'guest', name: input.id })
  const { connectionId } = guest
  const question = { connectionId, kind: 'service-probe', input: { probe: input.probe } } as const
  const answer = await askWorker(ctx.store, question, PATIENCE)
  const result = answer.ok ? answer.value.result : answer.why.code
  const detail = { target: probeTarget(input.probe), result }
  await withTransaction(ctx.store, (tx) =>
    record(tx, { ...by(ctx), action: 'service-probe.tried', subject: `guest:${guest.name}`, detail }),
  )
  return answer
}
