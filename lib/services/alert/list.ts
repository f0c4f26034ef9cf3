import type { z } from 'zod'
import type { OpenAlerts } from '@/lib/domain/alert-view'
import { ok } from '@/lib/domain/result'
import { openAlerts, silencesAt } from '@/lib/store/alerts'
import { mayNot, type Verb } from '../context'
import type { nothing } from '../fields'
import { viewsOf } from './views'

/** Everything that fires, most urgent first, with the storage behind it and the silence on it. */
export const listAlerts: Verb<z.output<typeof nothing>, OpenAlerts> = async ({ ctx }) => {
  const no = mayNot(ctx, 'alert.read')
  if (no !== null) return no
  const [alerts, silences] = await Promise.all([openAlerts(ctx.store), silencesAt(ctx.store, ctx.now)])
  return ok({ now: ctx.now, alerts: await viewsOf(ctx, alerts, silences) })
}
