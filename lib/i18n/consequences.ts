/** Losses, merges, keeps, space and time of a plan as label and value. Numbers are ranges; not known is said. */
import type { Keep, Loss, LossKind, Merge, Plan } from '@/lib/domain/plan'
import type { ByteRange } from '@/lib/domain/units'
import type { PlanTranslator } from './checks'
import type { Format } from './format'

type With = { t: PlanTranslator; format: Format }
/** One line of the consequence list: words left, the number right. */
export type Line = { label: string; value: string; hint?: string }

/** A range as a person reads it: exact when both ends agree, `up to` from zero, never a guess. */
export function rangeText(range: ByteRange, { t, format }: With): string {
  if (range.max === null)
    return range.min === 0 ? t('bytes.unknown') : t('bytes.atLeast', { size: format.bytes(range.min) })
  if (range.max === 0) return t('bytes.none')
  if (range.min === 0) return t('bytes.upTo', { size: format.bytes(range.max) })
  const [min, max] = [format.bytes(range.min), format.bytes(range.max)]
  return min === max ? max : t('bytes.between', { min, max })
}

/** How long the plan takes; measured, or not known. */
export function timeText(time: Plan['time'], { t, format }: With): string {
  if (time === null) return t('time.unknown')
  if (time.max === null) return t('time.from', { min: format.duration(time.min) })
  const [min, max] = [format.duration(time.min), format.duration(time.max)]
  return min === max ? t('time.about', { time: max }) : t('time.between', { min, max })
}

/** Losses of one kind beyond this many become one line with their number. */
const LOSSES_BY_NAME = 3

/** Losses in the order of the plan; many of one kind are counted, their bytes added. */
export function lossLines(losses: readonly Loss[], tools: With): Line[] {
  const kinds = [...new Set(losses.map((loss) => loss.kind))]
  return kinds.flatMap((kind) => {
    const same = losses.filter((loss) => loss.kind === kind)
    if (same.length <= LOSSES_BY_NAME) return same.map((loss) => lossLine(loss, tools))
    return [{ label: tools.t(`lossMany.${kind}`, { count: same.length }), value: sumText(kind, same, tools) }]
  })
}

function lossLine(loss: Loss, tools: With): Line {
  return {
    label: tools.t(`loss.${loss.kind}`, { name: loss.name }),
    value: loss.bytes === null ? withoutBytes(loss.kind, tools) : rangeText(loss.bytes, tools),
    ...(typeof loss.detail.keptBy === 'string' && { hint: tools.t('lossKept', { name: loss.detail.keptBy }) }),
  }
}

/** Bytes are added only where all are told: a sum with a hole would read as whole. */
function sumText(kind: LossKind, losses: readonly Loss[], tools: With): string {
  const told = losses.flatMap((loss) => (loss.bytes === null ? [] : [loss.bytes]))
  if (told.length < losses.length) return withoutBytes(kind, tools)
  return rangeText(addRanges(told), tools)
}

const withoutBytes = (kind: LossKind, { t }: With): string => {
  if (kind === 'configuration') return t('goesBack')
  return kind === 'writes-since' || kind === 'memory' ? t('bytes.unknown') : t('gone')
}

/** The sum of ranges; without an upper bound where one has none. */
function addRanges(ranges: readonly ByteRange[]): ByteRange {
  let max: number | null = 0
  for (const range of ranges) max = max === null || range.max === null ? null : max + range.max
  return { min: ranges.reduce((sum, range) => sum + range.min, 0), max }
}

/** Merges of several disks and guests beyond this many become one line. */
const MERGES_BY_NAME = 4

/** What is folded into what. */
export function mergeLines(merges: readonly Merge[], { t }: With): Line[] {
  if (merges.length > MERGES_BY_NAME) {
    const layers = merges.reduce((sum, merge) => sum + Math.max(1, merge.layers.length), 0)
    const guests = new Set(merges.map((merge) => merge.guestId)).size
    return [{ label: t('merge.many', { count: layers, guests }), value: '' }]
  }
  const lines = merges.map((merge) => ({
    label:
      merge.direction === 'commit' || merge.direction === 'pull'
        ? t(`merge.${merge.direction}`, {
            count: merge.layers.length,
            disk: merge.disk,
            into: merge.into.slice(merge.into.lastIndexOf('/') + 1),
          })
        : t(`merge.${merge.direction}`, { disk: merge.disk }),
    value: t(`merge.how.${merge.direction}`),
  }))
  // Several snapshots inside one image fold in the same place: once is enough.
  return lines.filter((line, index) => lines.findIndex((other) => other.label === line.label) === index)
}

/** Snapshots kept beyond this many are counted. */
const KEEPS_BY_NAME = 2

/** What stays. Current data comes first: it is what people ask about. */
export function keepLines(all: readonly Keep[], { t }: With, safety: string | null = null): Line[] {
  // The one taken first is today's state, not another branch.
  const keeps = all.filter((keep) => safety === null || keep.name !== safety)
  const of = (kind: Keep['kind']) => keeps.filter((keep) => keep.kind === kind)
  const named = (kind: Keep['kind']): Line[] =>
    of(kind).map((keep) => ({ label: t(`keep.${kind}`, { name: keep.name }), value: t(`keep.value.${kind}`) }))
  const current = of('current-data')
  const snapshots = of('snapshot')
  const branches = of('side-branch')
  return [
    ...(safety === null ? [] : [{ label: t('keep.today'), hint: safety, value: t('keep.value.snapshot') }]),
    ...(current.length > 1
      ? [{ label: t('keep.guests', { count: current.length }), value: t('keep.value.current-data') }]
      : named('current-data')),
    ...(snapshots.length > KEEPS_BY_NAME
      ? [{ label: t('keep.snapshots', { count: snapshots.length }), value: t('keep.noneDeleted') }]
      : named('snapshot')),
    ...(branches.length > KEEPS_BY_NAME
      ? [{ label: t('keep.sideBranches', { count: branches.length }), value: t('keep.value.side-branch') }]
      : named('side-branch')),
    ...named('backup'),
    ...named('configuration'),
  ]
}
