/** From snapshots past their limit to the figures of a review. Pure; what has no size makes a sum `at-least`. */
import type { EnvironmentShare, LimitShare, OwnerShare, PastSnapshot, Summed } from '@/lib/domain/retention'
import type { Bytes } from '@/lib/domain/units'

/** Adds sizes; null only when none is told. */
export function addUp(sizes: readonly Summed[]): Summed {
  const told = sizes.filter((size): size is Summed & { bytes: Bytes } => size.bytes !== null)
  if (sizes.length > 0 && told.length === 0) return { bytes: null, confidence: 'unknown' }
  const bytes = told.reduce((sum, size) => sum + size.bytes, 0)
  if (told.length < sizes.length || told.some(({ confidence }) => confidence === 'at-least'))
    return { bytes, confidence: 'at-least' }
  if (told.some(({ confidence }) => confidence === 'estimate')) return { bytes, confidence: 'estimate' }
  return { bytes, confidence: told.some(({ confidence }) => confidence === 'at-most') ? 'at-most' : 'exact' }
}

/** How many of an environment were judged and found inside. What tells no time is on neither side. */
export const insideOf = ({ snapshots, past, withoutTime }: LimitShare): number => snapshots - past - withoutTime

/** The review in figures: `total` = `inside` + `past` + `withoutTime` of every environment that has a limit. */
export type Judged = { total: number; inside: number; past: number; withoutTime: number }

/** Adds up where a limit applies; elsewhere nothing is inside or past. */
export function judged(environments: readonly EnvironmentShare[]): Judged {
  const limited = environments.filter(({ limitMillis }) => limitMillis !== null)
  const sum = (of: (share: EnvironmentShare) => number) => limited.reduce((total, share) => total + of(share), 0)
  return {
    total: sum(({ snapshots }) => snapshots),
    inside: sum(insideOf),
    past: sum(({ past }) => past),
    withoutTime: sum(({ withoutTime }) => withoutTime),
  }
}

/** Who owns what is past its limit, the most first; what nobody owns comes last, to be given to somebody. */
export function byOwner(past: readonly PastSnapshot[]): OwnerShare[] {
  const owners = [...new Set(past.map(({ owner }) => owner))]
  return owners
    .map((owner) => {
      const of = past.filter((each) => each.owner === owner)
      const oldestAt = of.map(({ createdAt }) => createdAt).sort()[0] ?? ''
      return { owner, past: of.length, oldestAt, held: addUp(of.map(({ size }) => size)) }
    })
    .sort(
      (a, b) =>
        Number(a.owner === null) - Number(b.owner === null) ||
        b.past - a.past ||
        (a.owner ?? '').localeCompare(b.owner ?? ''),
    )
}
