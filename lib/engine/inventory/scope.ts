/** What a reading says about things it does not contain: gone, or simply not looked at. */
import type { Collection } from '@/lib/domain/inventory'

/**
 * Which of the known guests are gone: those in scope that a fully read list lacks. A list that was not read makes
 * nobody gone, and what lies outside the scope is not touched.
 */
export function goneGuests(knownNativeIds: Iterable<string>, collection: Collection): string[] {
  if (collection.guests.status === 'unread') return []
  const present = new Set(collection.guests.value.map((guest) => guest.facts.nativeId))
  const { scope } = collection
  const inScope = scope.whole ? null : new Set(scope.guests)
  return [...knownNativeIds].filter((nativeId) => !present.has(nativeId) && (inScope === null || inScope.has(nativeId)))
}

/** Which of the known storages are gone: only a whole reading lists them all. */
export function goneStorages(knownNativeIds: Iterable<string>, collection: Collection): string[] {
  if (collection.storages.status === 'unread' || !collection.scope.whole) return []
  const present = new Set(collection.storages.value.map((storage) => storage.facts.nativeId))
  return [...knownNativeIds].filter((nativeId) => !present.has(nativeId))
}

/**
 * The names of the storages a guest lies on. Storages whose volumes were read now say it anew; those that were not
 * read, and still exist, keep what they said before.
 */
export function mergeStorageNames(
  known: readonly string[],
  readNow: readonly string[],
  silentStorages: ReadonlySet<string>,
): string[] {
  return [...new Set([...readNow, ...known.filter((name) => silentStorages.has(name))])].sort()
}
