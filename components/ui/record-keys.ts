'use client'
import { usePathname, useRouter } from 'next/navigation'
import { useEffect } from 'react'
import { useShortcut } from './keyboard'

/** What a list shows one after the other, and each of which has a page of its own. */
export type RecordKind = 'guest' | 'storage' | 'operation' | 'alert'

/** The order of the list one last looked at, by kind: the browser's memory of this visit, never the server's. */
const lists = new Map<RecordKind, readonly string[]>()

/** Remembers a list's order for the keys of its records' pages. Ids as in their addresses. */
export function useRecordOrder(kind: RecordKind, ids: readonly string[]): void {
  useEffect(() => {
    lists.set(kind, ids)
  }, [kind, ids])
}

/**
 * `[` and `]` on a record's page: the one before and after it in the list one came from, on the same tab. At the ends of
 * the list, and for a record that is not in it, nothing.
 */
export function useRecordKeys(kind: RecordKind, id: string): void {
  const router = useRouter()
  const path = usePathname()
  const goBy = (by: 1 | -1) => () => {
    const ids = lists.get(kind) ?? []
    const at = ids.indexOf(id)
    const next = at < 0 ? undefined : ids[at + by]
    if (next !== undefined) router.push(path.replace(id, next))
  }
  useShortcut('[', goBy(-1))
  useShortcut(']', goBy(1))
}
