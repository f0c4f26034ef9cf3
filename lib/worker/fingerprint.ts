import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { VERSION } from '@/lib/config'
import type { CollectedStorage } from '@/lib/domain/inventory'

/** Adapters give the same object again for what did not change: its digest is then known. */
const known = new WeakMap<object, string>()

/**
 * A digest of what was read of one thing. Another release derives other figures from the same reading, so that its
 * version is part of it: after an upgrade every row is written anew once.
 */
export function fingerprintOf(thing: object): string {
  const before = known.get(thing)
  if (before !== undefined) return before
  const digest = newHash().update(JSON.stringify(thing)).digest('base64url')
  known.set(thing, digest)
  return digest
}

/** Volumes digested between two pauses of the event loop. */
const VOLUMES_AT_ONCE = 1_000

/** The same of a storage, whose volumes may be tens of thousands. */
export async function storageFingerprint(storage: CollectedStorage): Promise<string> {
  const { volumes } = storage
  if (volumes.status === 'unread' || volumes.value.length <= VOLUMES_AT_ONCE) return fingerprintOf(storage)
  const before = known.get(storage)
  if (before !== undefined) return before
  const hash = newHash().update(JSON.stringify(storage.facts))
  for (let from = 0; from < volumes.value.length; from += VOLUMES_AT_ONCE) {
    hash.update(JSON.stringify(volumes.value.slice(from, from + VOLUMES_AT_ONCE)))
    await setImmediate()
  }
  const digest = hash.digest('base64url')
  known.set(storage, digest)
  return digest
}

const newHash = () => createHash('sha1').update(VERSION).update('\0')
