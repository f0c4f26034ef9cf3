import { z } from 'zod'
import { type AlertInbox, INBOX_MOST, INBOX_PAGE } from '@/lib/domain/alert-view'
import { ok } from '@/lib/domain/result'
import { countHeads, placeAlerts } from '@/lib/engine/alerts/inbox-order'
import { openAlerts, silencesAt } from '@/lib/store/alerts'
import { mayNot, type Verb } from '../context'
import { silenceOn, viewsOf } from './views'

export const listInboxInput = z.object({
  show: z.enum(['open', 'silenced']).default('open'),
  limit: z.coerce.number().int().min(1).max(INBOX_MOST).default(INBOX_PAGE),
})

/** The inbox as people read it, from its top: thousands may fire at once, and nobody reads the thousandth first. */
export const listInbox: Verb<z.output<typeof listInboxInput>, AlertInbox> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'alert.read')
  if (no !== null) return no
  const [alerts, silences] = await Promise.all([openAlerts(ctx.store), silencesAt(ctx.store, ctx.now)])
  const silent = new Set(alerts.filter((alert) => silenceOn(alert, silences, ctx.now) !== null))
  const heard = placeAlerts(
    alerts.filter((alert) => !silent.has(alert)),
    ctx.now,
  )
  const muted = placeAlerts([...silent], ctx.now)
  const placed = input.show === 'open' ? heard : muted
  const window = placed.slice(0, input.limit)
  const views = await viewsOf(
    ctx,
    window.map(({ alert }) => alert),
    silences,
  )
  return ok({
    now: ctx.now,
    show: input.show,
    rows: window.flatMap(({ nested, group }, index) => {
      const alert = views[index]
      return alert === undefined ? [] : [{ alert, nested, group }]
    }),
    total: placed.length,
    counts: {
      now: countHeads(heard, 'now'),
      later: countHeads(heard, 'later'),
      silenced: countHeads(muted, 'now') + countHeads(muted, 'later'),
    },
  })
}
