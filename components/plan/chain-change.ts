/** What a plan makes of a guest's chain: from its own conditions and prediction, never from what a page believes. */
import type { Condition, Plan } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'

/** One line of points that becomes another, base first and the current state last. */
export type ChainChange = {
  label: string
  of: 'images' | 'snapshots'
  before: { name: string; gone: boolean }[]
  after: string[]
}

/** The changes worth a picture: merges by image, deletions along the way to the current state by snapshot. */
export function chainChanges(plan: Plan, guests: readonly GuestDetail[]): ChainChange[] {
  return [...imageChanges(plan), ...plan.parts.flatMap((part) => snapshotChange(part, guests))]
}

function imageChanges(plan: Plan): ChainChange[] {
  const merging = new Set(plan.parts.filter(({ intent }) => intent.do === 'merge').map(({ guestId }) => guestId))
  const chains = new Map<string, { label: string; before: string[]; after: string[] }>()
  for (const step of plan.steps) {
    if (!merging.has(step.guestId)) continue
    for (const { target, files } of chainsIn(step.before)) {
      const key = `${step.guestId} ${target}`
      if (!chains.has(key)) chains.set(key, { label: target, before: files, after: files })
    }
    for (const { target, files } of chainsIn(step.after)) {
      const chain = chains.get(`${step.guestId} ${target}`)
      if (chain !== undefined) chain.after = files
    }
  }
  return [...chains.values()].map(({ label, before, after }) => ({
    label,
    of: 'images',
    before: before.toReversed().map((name) => ({ name, gone: !after.includes(name) })),
    after: after.toReversed(),
  }))
}

type Chain = Extract<Condition, { holds: 'chain-is' }>

const chainsIn = (condition: Condition): Chain[] =>
  condition.holds === 'all' ? condition.of.flatMap(chainsIn) : condition.holds === 'chain-is' ? [condition] : []

function snapshotChange(part: Plan['parts'][number], guests: readonly GuestDetail[]): ChainChange[] {
  const guest = guests.find(({ id }) => id === part.guestId)
  if (part.intent.do !== 'delete' || guest === undefined) return []
  const before = pathTo(
    guest.snapshots.find(({ id }) => id === guest.currentParentId)?.name ?? null,
    guest.snapshots.map(({ name, parentId }) => ({
      name,
      parentName: guest.snapshots.find(({ id }) => id === parentId)?.name ?? null,
    })),
  )
  const after = pathTo(part.predicted.currentParentName, part.predicted.snapshots)
  if (before.length === 0 || before.length === after.length) return []
  return [
    {
      label: part.guestName,
      of: 'snapshots',
      before: before.map((name) => ({ name, gone: !after.includes(name) })),
      after,
    },
  ]
}

/** Names from the first snapshot to this one; a parent that is not told, or a circle, ends it. */
function pathTo(last: string | null, all: readonly { name: string; parentName: string | null }[]): string[] {
  const parents = new Map(all.map(({ name, parentName }) => [name, parentName]))
  const path: string[] = []
  for (let name = last; name !== null && parents.has(name) && !path.includes(name); name = parents.get(name) ?? null) {
    path.unshift(name)
  }
  return path
}
