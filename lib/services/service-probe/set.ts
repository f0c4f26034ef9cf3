import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { probeTarget } from '@/lib/domain/service-probe'
import { record } from '@/lib/store/audit'
import { saveServiceProbe, serviceProbeOf } from '@/lib/store/service-probes'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { guestId } from '../fields'
import { mayBeAsked, serviceProbeInput } from './input'

export const setServiceProbeInput = z.object({
  id: guestId,
  /** null = nothing is asked any more */
  probe: serviceProbeInput.nullable(),
})

/** Says what the worker asks of a guest's service after a rollback, from the next one on. */
export const setServiceProbe: Verb<z.output<typeof setServiceProbeInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'service-probe.set')
  if (no !== null) return no
  const { id, probe } = input
  const allowed = probe === null ? ok(null) : mayBeAsked(probe)
  if (!allowed.ok) return allowed
  return withTransaction(ctx.store, async (tx) => {
    const before = await serviceProbeOf(tx, id)
    if (before === null) return refused({ code: 'missing', what: 'guest', name: id })
    if (before.probe === null && probe === null) return ok(null)
    await saveServiceProbe(tx, id, { probe, by: authorOf(ctx), at: ctx.now })
    const subject = `guest:${before.guestName}`
    const was = before.probe === null ? null : probeTarget(before.probe)
    if (probe === null) {
      await record(tx, { ...by(ctx), action: 'service-probe.cleared', subject, detail: { was } })
    } else {
      const detail = { target: probeTarget(probe), was, ...factsOf(probe) }
      await record(tx, { ...by(ctx), action: 'service-probe.set', subject, detail })
    }
    return ok(null)
  })
}

const factsOf = (probe: NonNullable<z.output<typeof setServiceProbeInput>['probe']>) => ({
  withinSeconds: probe.withinMillis / 1_000,
  ...(probe.kind === 'http' ? { expectedStatus: probe.expectedStatus, anyCertificate: probe.anyCertificate } : {}),
})
