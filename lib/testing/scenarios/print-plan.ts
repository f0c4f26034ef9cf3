/** A plan as plain text for the people who build planners: everything in it, in a fixed order, nothing interpreted. */
import type { Check, Planned } from '@/lib/domain/plan'
import { type ByteRange, MIB } from '@/lib/domain/units'

export function printPlan(planned: Planned): string {
  if (planned.kind === 'impossible') {
    return lines([
      'impossible',
      ...planned.why.map((why) => `  why      ${JSON.stringify(why)}`),
      ...checkLines(planned.checks),
      ...planned.instead.map((intent) => `  instead  ${JSON.stringify(intent)}`),
    ])
  }
  const { plan } = planned
  return lines([
    `plan, by ${plan.consent} "${plan.consentText}", downtime ${plan.downtime}`,
    ...plan.steps.flatMap(({ key, command, proof, undo, moves }) => [
      `  step     ${key}: ${command.do}, proven by ${proof}, undo ${undo}, copies ${moves === null ? '?' : range(moves)}`,
    ]),
    ...checkLines(plan.checks),
    ...plan.losses.map(
      ({ kind, name, bytes }) => `  lost     ${kind} ${name}${bytes === null ? '' : ` ${range(bytes)}`}`,
    ),
    ...plan.merges.map(
      ({ disk, layers, into, direction }) => `  merged   ${disk}: ${layers.join(', ')} → ${into} (${direction})`,
    ),
    ...plan.keeps.map(({ kind, name }) => `  kept     ${kind} ${name}`),
    ...plan.space.map(
      ({ storageName, peak, frees, insideImages, bound }) =>
        `  space    ${storageName}: peak ${range(peak)}, frees ${range(frees)}, inside images ${range(insideImages)}, ${bound}`,
    ),
    ...plan.parts.flatMap(({ guestName, predicted, consistency, safetySnapshot }) => [
      `  after    ${guestName}: ${predicted.power}, stands on ${predicted.currentParentName ?? 'the base'}`,
      ...predicted.snapshots.map(({ name, parentName }) => `             ${name} < ${parentName ?? '—'}`),
      ...(consistency === null ? [] : [`             taken ${consistency}-consistent`]),
      ...(safetySnapshot === null ? [] : [`             safety snapshot ${safetySnapshot}`]),
    ]),
  ])
}

/** Checks that passed say nothing. */
const checkLines = (checks: readonly Check[]): string[] =>
  checks
    .filter(({ verdict }) => verdict !== 'pass')
    .map(
      ({ id, verdict, by, overridden }) =>
        `  check    ${id}: ${verdict}${by === null ? '' : ` by ${by}`}${overridden ? ', overridden' : ''}`,
    )

const range = ({ min, max }: ByteRange): string =>
  min === max ? size(min) : `${size(min)}…${max === null ? '?' : size(max)}`
const size = (bytes: number): string => `${Number((bytes / MIB).toFixed(2))} MiB`
const lines = (of: readonly string[]): string => `${of.join('\n')}\n`
