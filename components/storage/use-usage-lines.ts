'use client'
import { useQuery } from '@tanstack/react-query'
import { DEFAULT_TICKS } from '@/components/ui/meter'
import type { ConnectionId, StorageId } from '@/lib/domain/ids'
import { type UsageLines, usageLines } from '@/lib/engine/alerts/usage-lines'
import { q } from '@/lib/web/queries'

/** The lines of a storage by the rules there are; of `null` those for every storage. Asked once for a whole list. */
export function useUsageLines(): (storage: { id: StorageId; connectionId: ConnectionId } | null) => UsageLines {
  const { data: rules = [] } = useQuery(q.rules())
  return (storage) => usageLines(rules, storage) ?? DEFAULT_TICKS
}
