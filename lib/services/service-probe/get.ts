import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import type { ServiceProbeSet } from '@/lib/domain/service-probe'
import { serviceProbeOf } from '@/lib/store/service-probes'
import { mayNot, type Verb } from '../context'
import { guestId } from '../fields'

export const getServiceProbeInput = z.object({ id: guestId })

/** What is asked of a guest's service after a rollback; null = nothing. */
export const getServiceProbe: Verb<z.output<typeof getServiceProbeInput>, { probe: ServiceProbeSet | null }> = async ({
  ctx,
  input,
}) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const found = await serviceProbeOf(ctx.store, input.id)
  return found === null ? refused({ code: 'missing', what: 'guest', name: input.id }) : ok({ probe: found.probe })
}
