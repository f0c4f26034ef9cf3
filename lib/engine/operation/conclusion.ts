/** Predicted beside actual, and what a machine can tell of the result. Pure: from one fresh reading. */
import type { Difference } from '@/lib/domain/difference'
import type { KnownGuest } from '@/lib/domain/known'
import type { Verification } from '@/lib/domain/operation'
import type { Predicted } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { ServiceProbeResult } from '@/lib/domain/service-probe'
import type { Instant } from '@/lib/domain/units'
import { actualOf, differences } from '@/lib/engine/plan/conditions'
import type { ConfigurationFound } from './configuration-check'

/** What else was looked at after a rollback; null = there was nothing to look at. */
export type Looked = {
  configuration: ConfigurationFound | null
  probe: { target: string; found: ServiceProbeResult } | null
}
export const NOT_LOOKED: Looked = { configuration: null, probe: null }

export type Conclusion = {
  actual: Predicted | null
  /** null = nothing was predicted, or what is could not be read */
  matches: boolean | null
  differences: Difference[]
  /** why this is no success; null = nothing speaks against it */
  odd: Reason | null
  verifications: Verification[]
}

/** Compares what was predicted with what is. `text` of a verification holds plain facts; its words are made in i18n. */
export function conclude(
  predicted: Predicted | null,
  guest: KnownGuest | null,
  at: Instant,
  looked: Looked = NOT_LOOKED,
): Conclusion {
  const actual = guest === null ? null : actualOf(guest)
  const found = predicted === null || actual === null ? [] : differences(predicted, actual)
  const matches = predicted === null || actual === null ? null : found.length === 0
  const verifications: Omit<Verification, 'at'>[] = [
    ofSnapshots(matches, found),
    check('power', powerResult(predicted, actual), actual?.power ?? ''),
    check('chain', chainResult(guest), ''),
  ]
  if (guest !== null && guest.facts.power === 'running' && guest.facts.agent !== 'not-configured') {
    verifications.push(check('agent', guest.facts.agent === 'connected' ? 'pass' : 'unknown', guest.facts.agent))
  }
  if (looked.configuration !== null) verifications.push(ofConfiguration(looked.configuration))
  if (looked.probe !== null) verifications.push(ofProbe(looked.probe))
  return {
    actual,
    matches,
    differences: found,
    odd: oddOf(found, looked),
    verifications: verifications.map((each) => ({ ...each, at })),
  }
}

/** A guest that is not as predicted explains a service that does not answer, so it is said first. */
function oddOf(found: readonly Difference[], { configuration, probe }: Looked): Reason | null {
  const changed = configuration?.result === 'fail' ? configuration.differences : []
  const all = [...found, ...changed]
  if (all.length > 0) return { code: 'not-as-predicted', differences: all }
  return probe?.found.result === 'fail' ? probe.found.why : null
}

function ofConfiguration(found: ConfigurationFound): Omit<Verification, 'at'> {
  const told = check('configuration', found.result, '')
  if (found.result === 'pass') return told
  const { result } = found
  return {
    ...told,
    why: result === 'unknown' ? found.why : { code: 'not-as-predicted', differences: found.differences },
  }
}

function ofProbe({ target, found }: NonNullable<Looked['probe']>): Omit<Verification, 'at'> {
  const told = check('probe', found.result, target)
  return found.result === 'pass' ? told : { ...told, why: found.why }
}

const check = (what: Verification['what'], result: Verification['result'], text: string) => ({
  what,
  result,
  text,
  by: null,
})

function ofSnapshots(matches: boolean | null, found: readonly Difference[]): Omit<Verification, 'at'> {
  const wrong = found.filter(({ differs }) => differs !== 'power')
  if (wrong.length > 0) return { ...check('state', 'fail', ''), why: { code: 'not-as-predicted', differences: wrong } }
  return check('state', matches === null ? 'unknown' : 'pass', '')
}

function powerResult(predicted: Predicted | null, actual: Predicted | null): Verification['result'] {
  if (predicted === null || actual === null || actual.power === 'unknown') return 'unknown'
  return predicted.power === actual.power ? 'pass' : 'fail'
}

/** Every disk's images could be followed down to the last. */
function chainResult(guest: KnownGuest | null): Verification['result'] {
  const disks = guest === null || guest.disks.unread !== null ? null : guest.disks.value
  if (disks === null) return 'unknown'
  return disks.every(({ chain }) => chain !== null) ? 'pass' : 'unknown'
}
