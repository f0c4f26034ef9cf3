import { z } from 'zod'
import type { Alert } from '@/lib/domain/alert'
import { assignAlert } from '@/lib/store/alerts'
import { authorOf, type Verb } from '../context'
import { alertId, personName } from '../fields'
import { recordOnAlert } from './record-on-alert'

export const assignInput = z.object({ id: alertId, assignee: personName.nullable() })

/** Gives it to somebody by name or e-mail; null takes it back. */
export const assign: Verb<z.output<typeof assignInput>, Alert> = ({ ctx, input }) =>
  recordOnAlert(ctx, 'alert.assigned', { assignee: input.assignee }, (tx) =>
    assignAlert(tx, input.id, { assignee: input.assignee, by: authorOf(ctx), at: ctx.now }),
  )
