/** Whether our credentials may do less than before: then a shorter list is no news of what is gone. */
import type { Rights } from '@/lib/domain/inventory'

/**
 * Paths on which something was lost, sorted. A path of a guest that was removed is not missed: its rights go with it.
 * Nothing is lost where nothing was known, or where the hypervisor tells no rights.
 */
export function lostRights(before: Rights | null, now: Rights | undefined, destroyed: readonly string[]): string[] {
  if (before === null || now === undefined) return []
  const gone = new Set(destroyed.map((nativeId) => `/vms/${nativeId}`))
  return Object.entries(before)
    .filter(([path]) => !gone.has(path))
    .filter(([path, privileges]) => privileges.some((privilege) => !holds(now, path, privilege)))
    .map(([path]) => path)
    .sort()
}

/** A path that is not listed any more may still be covered by the one above it. */
function holds(rights: Rights, path: string, privilege: string): boolean {
  for (let at: string | null = path; at !== null; at = parentOf(at)) {
    const listed = rights[at]
    if (listed !== undefined) return listed.includes(privilege)
  }
  return false
}

const parentOf = (path: string): string | null => (path === '/' ? null : path.slice(0, path.lastIndexOf('/')) || '/')

/** What was seen at most, for the next comparison: rights that were lost are remembered until they are back. */
export function rightsToKeep(before: Rights | null, now: Rights | undefined, lost: readonly string[]): Rights | null {
  if (now === undefined) return null
  if (before === null || lost.length === 0) return now
  return { ...now, ...Object.fromEntries(lost.map((path) => [path, before[path] ?? []])) }
}
