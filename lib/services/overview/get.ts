import { type Alert, isAcknowledgedAt, type RuleKind, severityNow } from '@/lib/domain/alert'
import type { StorageId } from '@/lib/domain/ids'
import { ok } from '@/lib/domain/result'
import type { AttentionItem, Overview } from '@/lib/domain/view'
import { type Alike, gatherAlike } from '@/lib/engine/alerts/gather'
import { placeAlerts } from '@/lib/engine/alerts/inbox-order'
import { openAlerts, silencesAt } from '@/lib/store/alerts'
import { byUrgency, MAX_ATTENTION } from '@/lib/store/inventory-attention'
import { overview } from '@/lib/store/inventory-overview'
import { alertStorages } from '@/lib/store/reclaim'
import { silenceOn } from '../alert/views'
import { type Context, mayNot, type Verb } from '../context'

/**
 * The fleet in figures, and what needs a person: every alert that stands by itself, is not silenced and that nobody
 * has, beside the few things no rule watches. A warning of many guests is one of them.
 */
export const getOverview: Verb<object, Overview> = async ({ ctx }) => {
  const no = mayNot(ctx, 'inventory.read')
  if (no !== null) return no
  const [view, alerts] = await Promise.all([overview(ctx.store, ctx.now), heardAlerts(ctx)])
  const waiting = alerts.filter((alert) => !isAcknowledgedAt(alert, ctx.now))
  // Put in order before it is cut: a silent source must not stand behind fifty warnings.
  const things = gatherAlike(waiting)
  const items = byUrgency(things.map(itemOf)).slice(0, MAX_ATTENTION)
  return ok({
    ...view,
    attention: await withStorage(ctx, byUrgency([...items, ...view.attention]).slice(0, MAX_ATTENTION)),
    attentionTotal: view.attentionTotal + things.length,
    acknowledged: alerts.length - waiting.length,
  })
}

/** Kinds that are about a storage's room, and so about the moment it is full. */
const ROOM: readonly RuleKind[] = ['storage-used', 'storage-free']

/** In the order of the inbox; effects are told by their cause, and what is on its way back needs nobody. */
async function heardAlerts({ store, now }: Context): Promise<Alert[]> {
  const [alerts, silences] = await Promise.all([openAlerts(store), silencesAt(store, now)])
  const heard = alerts.filter((alert) => silenceOn(alert, silences, now) === null)
  return placeAlerts(heard, now)
    .map(({ nested, alert }) => (nested || severityNow(alert) === null ? null : alert))
    .filter((alert) => alert !== null)
}

function itemOf(alert: Alert | Alike): AttentionItem {
  if ('guests' in alert) return { severity: 'warning', because: { what: 'alike', ...alert }, name: '', where: '' }
  const severity = severityNow(alert) ?? alert.severity
  return {
    severity: alert.kind === 'stale-data' && severity === 'warning' ? 'stale' : severity,
    because: { what: 'alert', alert, storage: null },
    name: alert.subjectName,
    where: alert.where,
  }
}

async function withStorage({ store }: Context, items: readonly AttentionItem[]): Promise<AttentionItem[]> {
  const storages = await alertStorages(store, items.flatMap(storageOf))
  return items.map((item) => {
    const [id] = storageOf(item)
    if (item.because.what !== 'alert' || id === undefined) return item
    return { ...item, because: { ...item.because, storage: storages.get(id) ?? null } }
  })
}

/** The storage whose end the item is about, where it is about one. */
function storageOf({ because }: AttentionItem): StorageId[] {
  if (because.what !== 'alert' || because.alert.subject.of !== 'storage') return []
  return ROOM.includes(because.alert.kind) ? [because.alert.subject.id] : []
}
