/** Which things a reading adds, changes, leaves and removes, by the digest of what was read of each. */
import type { ThingChange } from '@/lib/domain/known'

export type ReadThing<Thing> = { nativeId: string; fingerprint: string; thing: Thing }

export type Difference<Thing> = {
  /** to be written: added or changed, in the order of the reading */
  written: (ReadThing<Thing> & { change: 'added' | 'changed' })[]
  /** read and found as they were: nothing is written for them but the time of the reading */
  unchanged: string[]
  changes: ThingChange[]
}

/**
 * Compares what was known (native id → digest) with what was read and what is gone. A thing that is neither read nor
 * gone was not looked at, and is not mentioned. Of things that repeat a native id the first counts.
 */
export function diffThings<Thing>(
  known: ReadonlyMap<string, string>,
  read: readonly ReadThing<Thing>[],
  gone: readonly string[],
): Difference<Thing> {
  const seen = new Set<string>()
  const written: Difference<Thing>['written'] = []
  const unchanged: string[] = []
  for (const thing of read) {
    if (seen.has(thing.nativeId)) continue
    seen.add(thing.nativeId)
    const before = known.get(thing.nativeId)
    if (before === undefined) written.push({ ...thing, change: 'added' })
    else if (before !== thing.fingerprint) written.push({ ...thing, change: 'changed' })
    else unchanged.push(thing.nativeId)
  }
  const removed = gone.filter((nativeId) => known.has(nativeId) && !seen.has(nativeId))
  const changes: ThingChange[] = [
    ...written.map(({ nativeId, change }) => ({ nativeId, change })),
    ...removed.map((nativeId) => ({ nativeId, change: 'removed' as const })),
  ]
  return { written, unchanged, changes }
}
