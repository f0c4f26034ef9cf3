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
export function mergeLines(merges: readonly Merge[], tools: With): Line[] {
  const chains = merges.filter(isChain)
  const places = merges.filter(
    (merge, index) => !isChain(merge) && merges.findIndex((other) => isSamePlace(merge, other)) === index,
  )
  return [...chainLines(chains, tools), ...placeLines(places, tools)]
}

function chainLines(merges: readonly Merge[], { t }: With): Line[] {
  if (merges.length > MERGES_BY_NAME) {
    const layers = merges.reduce((sum, merge) => sum + Math.max(1, merge.layers.length), 0)
    return [{ label: t('merge.many', { count: layers, guests: guestsIn(merges) }), value: '' }]
  }
  return merges.map(({ disk, into, layers, direction }) => {
    const how = direction === 'pull' ? 'pull' : 'commit'
    const file = into.slice(into.lastIndexOf('/') + 1)
    return { label: t(`merge.${how}`, { count: layers.length, disk, into: file }), value: t(`merge.how.${how}`) }
  })
}

/** However many snapshots fold inside one image, it is one place. */
function placeLines(places: readonly Merge[], { t }: With): Line[] {
  if (places.length > MERGES_BY_NAME) {
    const how = places.every(({ direction }) => direction === 'storage') ? 'storage' : 'inside-image'
    const label = t('merge.manyPlaces', { count: String(places.length), guests: guestsIn(places) })
    return [{ label, value: t(`merge.how.${how}`) }]
  }
  const lines = places.map(({ disk, direction }) => {
    const how = direction === 'storage' ? 'storage' : 'inside-image'
    return { label: t(`merge.${how}`, { disk }), value: t(`merge.how.${how}`) }
  })
  // Guests call their disks alike.
  return lines.filter((line, index) => lines.findIndex((other) => other.label === line.label) === index)
}

const guestsIn = (merges: readonly Merge[]): number => new Set(merges.map(({ guestId }) => guestId)).size
const isChain = ({ direction }: Merge): boolean => direction === 'commit' || direction === 'pull'
const isSamePlace = (one: Merge, other: Merge): boolean =>
  one.guestId === other.guestId && one.disk === other.disk && one.direction === other.direction

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
    ...of('configuration').map(({ name }) => ({
      label: name === '' ? t('keep.noTags') : t('keep.configuration', { name }),
      value: t('keep.value.configuration'),
    })),
  ]
}
