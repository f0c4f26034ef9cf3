/** Paths and parameters of Proxmox VE's API, built so that no name a guest, storage or person has can leave its place. */
import { type Outcome, ok, refused } from '@/lib/domain/result'

/** One step of a path: a fixed word, a name or a number. Volume ids and UPIDs hold `/`, `:`, `@` and `!`. */
export type Segment = string | number
export type Parameters = Readonly<Record<string, string | number | boolean | undefined>>

/** Longer names exist nowhere in Proxmox VE; a volume id of a deep subdirectory stays far below. */
const MAX_SEGMENT = 1024

/**
 * Joins segments below `/api2/json`. Each is percent-encoded as a whole, so a `/`, `?` or `#` in a name stays in the
 * name. What no encoding saves (nothing, `.`, `..`, control characters) is refused: servers and proxies resolve dots
 * even when they arrive encoded.
 */
export function encodePath(segments: readonly Segment[]): Outcome<string> {
  const bad = segments.find((segment) => !isSafe(String(segment)))
  if (bad !== undefined || segments.length === 0) {
    return refused({ code: 'malformed', what: 'answer', name: String(bad ?? ''), problem: 'not usable in a path' })
  }
  return ok(`/api2/json/${segments.map((segment) => encodeURIComponent(String(segment))).join('/')}`)
}

function isSafe(segment: string): boolean {
  if (segment === '' || segment === '.' || segment === '..' || segment.length > MAX_SEGMENT) return false
  // A slash is part of volume ids (`dir1:101/disk.qcow2`); dots between slashes would still walk.
  if (segment.split('/').some((part) => part === '.' || part === '..')) return false
  return !CONTROL.test(segment) && !LONE_SURROGATE.test(segment)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what we look for
const CONTROL = /[\u0000-\u001f\u007f]/

/** Half a character, which has no encoding. */
const LONE_SURROGATE = /\p{Surrogate}/u

/** Parameters in the form Proxmox VE takes everywhere: urlencoded, booleans as 0 and 1, absent ones left out. */
export function encodeParameters(parameters: Parameters): string {
  const given = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) continue
    given.append(name, typeof value === 'boolean' ? (value ? '1' : '0') : String(value))
  }
  return given.toString()
}

/** The node a path is answered by, or null when the entered node answers itself. */
export const nodeOf = (segments: readonly Segment[]): string | null =>
  segments[0] === 'nodes' && segments.length > 2 ? String(segments[1]) : null
