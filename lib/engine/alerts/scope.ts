import type { AlertRule } from '@/lib/domain/alert'
import type { ConnectionId, StorageId } from '@/lib/domain/ids'

/** Whether a rule about storages is about this one. Tags and environments are said of guests, not of storages. */
export const coversStorage = (
  { scope: { connectionIds, storageIds } }: AlertRule,
  { id, connectionId }: { id: StorageId; connectionId: ConnectionId },
): boolean =>
  (connectionIds.length === 0 || connectionIds.includes(connectionId)) &&
  (storageIds.length === 0 || storageIds.includes(id))
