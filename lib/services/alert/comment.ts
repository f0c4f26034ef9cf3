import { z } from 'zod'
import type { Alert } from '@/lib/domain/alert'
import { commentAlert } from '@/lib/store/alerts'
import { authorOf, type Verb } from '../context'
import { alertId, remark } from '../fields'
import { recordOnAlert } from './record-on-alert'

export const commentInput = z.object({ id: alertId, text: remark.min(1, 'must not be empty') })

/** A word for whoever comes next. */
export const comment: Verb<z.output<typeof commentInput>, Alert> = ({ ctx, input }) =>
  recordOnAlert(ctx, 'alert.commented', {}, (tx) =>
    commentAlert(tx, input.id, { text: input.text, by: authorOf(ctx), at: ctx.now }),
  )
