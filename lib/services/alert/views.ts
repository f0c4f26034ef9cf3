import type { Alert, Silence } from '@/lib/domain/alert'
import type { AlertView } from '@/lib/domain/alert-view'
import type { Instant } from '@/lib/domain/units'
import { covers, isActive } from '@/lib/engine/alerts/mute'
import { alertStorages } from '@/lib/store/reclaim'
import type { Context } from '../context'

/** The silence on an alert now, null = notices are sent. */
export const silenceOn = (alert: Alert, silences: readonly Silence[], now: Instant): Silence | null =>
  silences.find((each) => isActive(each, now) && covers(each, alert, [])) ?? null

/** Alerts with what their card shows. Tags of subjects are not looked up here: silences by tag mute, and are told so in the list of silences. */
export async function viewsOf(
  ctx: Context,
  alerts: readonly Alert[],
  silences: readonly Silence[],
): Promise<AlertView[]> {
  const ids = alerts.flatMap(({ subject }) => (subject.of === 'storage' ? [subject.id] : []))
  const storages = await alertStorages(ctx.store, ids)
  return alerts.map((alert) => {
    const silence = silenceOn(alert, silences, ctx.now)
    const storage = alert.subject.of === 'storage' ? (storages.get(alert.subject.id) ?? null) : null
    return { ...alert, silence, silencedBy: silence?.id ?? null, storage }
  })
}
