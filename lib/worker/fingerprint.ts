import { createHash } from 'node:crypto'
import { VERSION } from '@/lib/config'

/** Adapters give the same object again for what did not change: its digest is then known. */
const known = new WeakMap<object, string>()

/**
 * A digest of what was read of one thing. Another release derives other figures from the same reading, so that its
 * version is part of it: after an upgrade every row is written anew once.
 */
export function fingerprintOf(thing: object): string {
  const before = known.get(thing)
  if (before !== undefined) return before
  const digest = createHash('sha1').update(VERSION).update('\0').update(JSON.stringify(thing)).digest('base64url')
  known.set(thing, digest)
  return digest
}
