import { z } from 'zod'
import { ENVIRONMENTS } from '@/lib/domain/environment'
import { record } from '@/lib/store/audit'
import { guestNames, saveGuestEnvironment } from '@/lib/store/environments'
import { withTransaction } from '@/lib/store/tx'
import { authorOf, by, mayNot, type Verb } from '../context'
import { guestId, thingName } from '../fields'

export const setEnvironmentInput = z.object({
  guestIds: z.array(guestId).min(1).max(500),
  /** null = as its tags and name propose */
  environment: z.enum(ENVIRONMENTS).nullable(),
  owner: thingName.nullable(),
})

/** Says what guests are for and whose they are. Limits, alerts and consents follow at once. */
export const setEnvironment: Verb<z.output<typeof setEnvironmentInput>, null> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'environment.set')
  if (no !== null) return no
  const { guestIds, environment, owner } = input
  return withTransaction(ctx.store, async (tx) => {
    const said = { environment, owner, by: authorOf(ctx), at: ctx.now }
    const saved = await saveGuestEnvironment(tx, guestIds, said)
    if (!saved.ok) return saved
    for (const name of await guestNames(tx, guestIds)) {
      await record(tx, {
        ...by(ctx),
        action: 'environment.set',
        subject: `guest:${name}`,
        detail: { environment, owner },
      })
    }
    return saved
  })
}
