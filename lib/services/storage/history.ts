import { z } from 'zod'
import { ok, refused } from '@/lib/domain/result'
import { HISTORY_RANGES, type StorageHistoryView } from '@/lib/domain/storage'
import { eventsOfSteps } from '@/lib/engine/storage/events'
import { historySteps, STEPS } from '@/lib/store/storage-past'
import { mayNot, type Verb } from '../context'
import { storageId } from '../fields'

export const storageHistoryInput = z.object({ id: storageId, range: z.enum(HISTORY_RANGES).default('30d') })

/** The past of a storage in steps a chart can show, with what happened to it. */
export const storageHistory: Verb<z.output<typeof storageHistoryInput>, StorageHistoryView> = async ({
  ctx,
  input,
}) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const past = await historySteps(ctx.store, input.id, input.range, ctx.now)
  if (past === null) return refused({ code: 'missing', what: 'storage', name: input.id })
  const { stepMillis } = STEPS[input.range]
  const events = [...past.events, ...eventsOfSteps(past.steps, stepMillis)].sort((a, b) => (a.at < b.at ? -1 : 1))
  return ok({ range: input.range, from: past.from, to: ctx.now, stepMillis, steps: past.steps, events })
}
