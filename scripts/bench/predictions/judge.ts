/** The confusion matrix and the errors of the predictions, as figures. */

import type { Measured, Trial } from '../predictions'
import type { Figure } from '../report'
import { median } from '../stats'

type Permitted = Extract<Trial, { verdict: 'permitted' }>
type Refused = Extract<Trial, { verdict: 'refused' }>

const MIB = 1024 ** 2

/** A width of 25 % says nothing about a plan that frees 10 kB: such cases count for "inside", not for "how wide". */
const LEAST_BYTES = MIB

const percent = (part: number, of: number) => (of === 0 ? 100 : (part / of) * 100)

export function judge(trials: readonly Trial[], histories: number, host: string): Figure[] {
  const permitted = trials.filter((trial) => trial.verdict === 'permitted')
  const refused = trials.filter((trial) => trial.verdict === 'refused')
  const ran = permitted.filter(({ failed }) => failed === null)
  const native = refused.filter(({ by }) => by === 'hypervisor')
  const figure = (what: string, value: number, target: Figure['target'], note: string, unit: Figure['unit'] = '%') =>
    ({ bench: 'predictions', what: `${what} (${host})`, value, unit, target, note }) satisfies Figure
  return [
    figure(
      'permitted plans that ran',
      percent(ran.length, permitted.length),
      { least: 100 },
      wrongOnes(permitted, ({ failed }) => failed !== null),
    ),
    figure(
      'tree, power, kept and lost exactly as predicted',
      percent(ran.filter(({ differences }) => differences.length === 0).length, ran.length),
      { least: 100 },
      wrongOnes(ran, ({ differences }) => differences.length > 0),
    ),
    figure(
      'refused because libvirt would',
      native.length,
      { least: 30 },
      `of ${trials.length} plans on ${histories} histories`,
      'cases',
    ),
    figure(
      'of these, truly refused by libvirt',
      percent(native.filter(({ libvirtDid }) => !libvirtDid).length, native.length),
      { least: 100 },
      wrongOnes(native, ({ libvirtDid }) => libvirtDid),
    ),
    figure('refused by our own guards', refused.length - native.length, { least: 0 }, guards(refused), 'cases'),
    ...spaceFigures(
      'internal',
      ran.filter(({ kind }) => kind === 'internal'),
      figure,
    ),
    ...spaceFigures(
      'external',
      ran.filter(({ kind }) => kind !== 'internal'),
      figure,
    ),
  ]
}

const wrongOnes = <T extends { seed: number }>(trials: readonly T[], wrong: (trial: T) => boolean): string => {
  const seeds = trials.filter(wrong).map(({ seed }) => seed)
  return `${trials.length - seeds.length} of ${trials.length}${seeds.length === 0 ? '' : `; not seeds ${seeds.join(', ')}`}`
}

/** Per guard: how often it stopped a plan, and what libvirt would have done. */
function guards(refused: readonly Refused[]): string {
  const counts = new Map<string, { did: number; not: number }>()
  for (const { by, checks, libvirtDid } of refused) {
    if (by !== 'guard') continue
    for (const check of new Set(checks)) {
      const count = counts.get(check) ?? { did: 0, not: 0 }
      counts.set(check, libvirtDid ? { ...count, did: count.did + 1 } : { ...count, not: count.not + 1 })
    }
  }
  return [...counts].map(([check, { did, not }]) => `${check}: libvirt did ${did}, refused ${not}`).join('; ')
}

type Make = (what: string, value: number, target: Figure['target'], note: string) => Figure

function spaceFigures(kind: string, trials: readonly Permitted[], figure: Make): Figure[] {
  return (['peak', 'freed'] as const).flatMap((what) => {
    const all = trials.map((trial) => ({ seed: trial.seed, ...trial[what] }))
    const known = all.filter(({ predicted }) => predicted.max !== null)
    const inside = known.filter(isInside)
    const large = known.filter(({ actual }) => actual >= LEAST_BYTES)
    const note = `${large.length} of ${all.length} above 1 MiB`
    const rows = [
      figure(
        `${kind}: ${what} inside the range`,
        percent(inside.length, known.length),
        { least: 100 },
        wrongOnes(known, (one) => !isInside(one)),
      ),
      figure(
        `${kind}: ${what} answered unknown`,
        percent(all.length - known.length, all.length),
        { most: kind === 'external' ? 0 : 100 },
        `${all.length - known.length} of ${all.length}`,
      ),
    ]
    if (large.length === 0) return rows
    return [
      ...rows,
      figure(`${kind}: ${what}, median width of the range`, median(large.map(widthOf)), { most: 25 }, note),
      figure(`${kind}: ${what}, median error of its middle`, median(large.map(errorOf)), { most: 10 }, note),
    ]
  })
}

const isInside = ({ predicted, actual }: Measured) =>
  actual >= predicted.min && (predicted.max === null || actual <= predicted.max)

const widthOf = ({ predicted, actual }: Measured) => (((predicted.max ?? 0) - predicted.min) / actual) * 100
const errorOf = ({ predicted, actual }: Measured) =>
  (Math.abs(((predicted.max ?? 0) + predicted.min) / 2 - actual) / actual) * 100
