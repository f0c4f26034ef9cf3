import { z } from 'zod'
import { type Alert, isAcknowledgedAt, isMoreSevere, severityNow } from '@/lib/domain/alert'
import type { AlertDetail } from '@/lib/domain/alert-view'
import type { Channel } from '@/lib/domain/channel'
import type { StorageId } from '@/lib/domain/ids'
import { ok, refused } from '@/lib/domain/result'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { preparationOf } from '@/lib/store/alert-preparations'
import { findRule } from '@/lib/store/alert-rules'
import { alertEvents, findAlert, openAlerts, silencesAt } from '@/lib/store/alerts'
import { listChannels } from '@/lib/store/channels'
import { lastCleanUp, policyOfStorage } from '@/lib/store/clean-up-policies'
import { type Context, mayNot, type Verb } from '../context'
import { alertId } from '../fields'
import { reclaimFor } from './reclaim'
import { viewsOf } from './views'

export const getAlertInput = z.object({ id: alertId })

/** One alert: what happened to it, what stands under it, and the way out where there is one. */
export const getAlert: Verb<z.output<typeof getAlertInput>, AlertDetail> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'alert.read')
  if (no !== null) return no
  const alert = await findAlert(ctx.store, input.id)
  if (alert === null) return refused({ code: 'missing', what: 'alert', name: input.id })
  const [events, open, silences, rule, prepared, channels] = await Promise.all([
    alertEvents(ctx.store, alert.id),
    openAlerts(ctx.store),
    silencesAt(ctx.store, ctx.now),
    findRule(ctx.store, alert.ruleId),
    preparationOf(ctx.store, alert.id),
    listChannels(ctx.store),
  ])
  const [view] = await viewsOf(ctx, [alert], silences)
  if (view === undefined) throw new Error('an alert without a view')
  // Files that nobody refers to are looked at one by one: deleting snapshots is no answer to them.
  const room = alert.subject.of === 'storage' && alert.resolvedAt === null && alert.kind !== 'orphaned-files'
  return ok({
    ...view,
    events,
    rule,
    prepared,
    cleanUp: room && alert.subject.of === 'storage' ? await cleanUpOf(ctx, alert.subject.id) : null,
    escalatesTo: nextInLine(alert, channels, ctx.now),
    under: open.filter(({ underId }) => underId === alert.id),
    reclaim: room && alert.subject.of === 'storage' ? await reclaimFor(ctx, alert.subject.id) : null,
  })
}

async function cleanUpOf({ store }: Context, id: StorageId): Promise<AlertDetail['cleanUp']> {
  const policy = await policyOfStorage(store, id)
  return policy?.enabled === true ? { last: await lastCleanUp(store, id) } : null
}

/** Whom it goes to next when nobody acknowledges. */
function nextInLine(alert: Alert, channels: readonly Channel[], now: Instant): AlertDetail['escalatesTo'] {
  const severity = severityNow(alert)
  if (alert.resolvedAt !== null || severity === null || isAcknowledgedAt(alert, now)) return null
  const next = channels
    .flatMap(({ name, enabled, escalateAfterMillis, route }) =>
      !enabled || escalateAfterMillis === null || isMoreSevere(route.leastSeverity, severity)
        ? []
        : [{ channel: name, at: instantAt(epochMillis(alert.firedAt) + escalateAfterMillis) }],
    )
    .filter(({ at }) => at > now)
    .sort((a, b) => (a.at < b.at ? -1 : 1))
  return next[0] ?? null
}
