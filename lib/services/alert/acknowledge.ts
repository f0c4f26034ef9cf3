import { z } from 'zod'
import type { Alert } from '@/lib/domain/alert'
import { epochMillis, instantAt, MINUTE } from '@/lib/domain/units'
import { acknowledgeAlert } from '@/lib/store/alerts'
import { authorOf, type Verb } from '../context'
import { alertId, remark } from '../fields'
import { LONGEST_SILENCE } from './longest-silence'
import { recordOnAlert } from './record-on-alert'

export const acknowledgeInput = z.object({
  id: alertId,
  note: remark.default(''),
  /** how long it is theirs; absent = while it fires */
  forMillis: z.number().int().min(MINUTE).max(LONGEST_SILENCE).optional(),
})

/** "I have it": repeats and escalation stop while it lasts. Becoming worse is told all the same. */
export const acknowledge: Verb<z.output<typeof acknowledgeInput>, Alert> = ({ ctx, input }) =>
  recordOnAlert(ctx, 'alert.acknowledged', { note: input.note }, (tx) => {
    const until = input.forMillis === undefined ? null : instantAt(epochMillis(ctx.now) + input.forMillis)
    return acknowledgeAlert(tx, input.id, { by: authorOf(ctx), at: ctx.now, until, note: input.note })
  })
