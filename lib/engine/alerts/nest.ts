/** Which alert stands under which: the effect under its cause, so that one trouble is one line. */
import type { Alert, RuleKind } from '@/lib/domain/alert'
import type { AlertId, GuestId, StorageId } from '@/lib/domain/ids'

/** Kinds that say a storage runs out of room; whatever makes it grow belongs under them. */
const STORAGE_ROOM: readonly RuleKind[] = ['storage-used', 'storage-free', 'time-to-full', 'merge-space']
/** Of several about the room of one storage, the first in this list speaks for the others. */
const SPEAKS_FIRST = STORAGE_ROOM
/** Kinds about a guest that cost room on its storages. */
const TAKES_ROOM: readonly RuleKind[] = ['snapshot-size', 'snapshot-age', 'memory-age', 'chain-depth', 'snapshot-count']

/**
 * For each alert the one it stands under, null for those that stand by themselves. One level deep, without circles:
 * a silent connection takes in what it can no longer tell of; a storage that fills takes in the other alerts about
 * its room and those of guests that take it.
 */
export function nestAlerts(
  alerts: readonly Alert[],
  storagesOf: (guest: GuestId) => readonly StorageId[],
): Map<AlertId, AlertId | null> {
  const silent = new Map(
    alerts.filter(({ kind }) => kind === 'stale-data').map((alert) => [String(alert.connectionId), alert.id]),
  )
  const heads = new Map<StorageId, Alert>()
  for (const kind of [...SPEAKS_FIRST].reverse()) {
    for (const alert of alerts) {
      if (alert.kind === kind && alert.subject.of === 'storage') heads.set(alert.subject.id, alert)
    }
  }
  return new Map(alerts.map((alert) => [alert.id, headOf(alert)]))

  function headOf(alert: Alert): AlertId | null {
    if (alert.kind === 'stale-data') return null
    const source = silent.get(String(alert.connectionId))
    if (source !== undefined && alert.stale) return source
    const { subject } = alert
    if (subject.of === 'storage' && STORAGE_ROOM.includes(alert.kind)) return other(heads.get(subject.id), alert)
    if (subject.of !== 'guest' || !TAKES_ROOM.includes(alert.kind)) return null
    const head = storagesOf(subject.id)
      .map((id) => heads.get(id))
      .find((each) => each !== undefined)
    // A head that itself went under its silent source takes in nothing: its line is not there to hang below.
    return head === undefined || (head.stale && silent.has(String(head.connectionId))) ? null : head.id
  }
}

const other = (head: Alert | undefined, alert: Alert): AlertId | null =>
  head === undefined || head.id === alert.id ? null : head.id
