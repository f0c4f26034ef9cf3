/** Which alert stands under which: the effect under its cause, so that one trouble is one line. */
import type { Alert, RuleKind } from '@/lib/domain/alert'
import type { AlertId, ConnectionId, GuestId, StorageId } from '@/lib/domain/ids'
import { byUrgency } from './urgency'

/** Kinds that say a storage runs out of room; whatever makes it grow belongs under them. The first speaks first. */
const STORAGE_ROOM: readonly RuleKind[] = ['storage-used', 'storage-free', 'time-to-full', 'merge-space']
/** Kinds about a guest that cost room on its storages. */
const TAKES_ROOM: readonly RuleKind[] = ['snapshot-size', 'snapshot-age', 'memory-age', 'chain-depth', 'snapshot-count']

/**
 * For one alert of these the one it stands under, null when it stands by itself. One level deep, without circles: a
 * silent connection takes in what it can no longer tell of; a storage that fills takes in the other alerts about its
 * room and those of guests that take it. In whatever order the alerts come, the answer is the same.
 */
export function nestingOf(
  alerts: Iterable<Alert>,
  storagesOf: (guest: GuestId) => readonly StorageId[],
): (alert: Alert) => AlertId | null {
  const silent = new Map<ConnectionId, Alert>()
  const heads = new Map<StorageId, Alert>()
  for (const alert of alerts) {
    const { kind, subject, connectionId } = alert
    if (kind === 'stale-data' && connectionId !== null) keepFirst(silent, connectionId, alert)
    if (subject.of === 'storage' && STORAGE_ROOM.includes(kind)) keepFirst(heads, subject.id, alert)
  }
  const silentOver = ({ connectionId, stale }: Alert): Alert | undefined =>
    connectionId === null || !stale ? undefined : silent.get(connectionId)

  return (alert) => {
    if (alert.kind === 'stale-data') return null
    const source = silentOver(alert)
    if (source !== undefined) return source.id
    const { subject } = alert
    if (subject.of === 'storage' && STORAGE_ROOM.includes(alert.kind)) return other(heads.get(subject.id), alert)
    if (subject.of !== 'guest' || !TAKES_ROOM.includes(alert.kind)) return null
    for (const id of storagesOf(subject.id)) {
      const head = heads.get(id)
      // A head that itself went under its silent source takes in nothing: its line is not there to hang below.
      if (head !== undefined) return silentOver(head) === undefined ? head.id : null
    }
    return null
  }
}

function keepFirst<Key>(map: Map<Key, Alert>, key: Key, alert: Alert): void {
  const kept = map.get(key)
  if (kept === undefined || speaksBefore(alert, kept)) map.set(key, alert)
}

function speaksBefore(alert: Alert, kept: Alert): boolean {
  const order = STORAGE_ROOM.indexOf(alert.kind) - STORAGE_ROOM.indexOf(kept.kind)
  return order === 0 ? byUrgency(alert, kept) < 0 : order < 0
}

const other = (head: Alert | undefined, alert: Alert): AlertId | null =>
  head === undefined || head.id === alert.id ? null : head.id
