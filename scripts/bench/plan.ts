/** How long planning takes: a bulk deletion of 1,000 snapshots over 200 guests, as a person would wait for it. */
import { asId, type PlanId } from '../../lib/domain/ids'
import type { Intent } from '../../lib/domain/plan'
import { GIB, MIB } from '../../lib/domain/units'
import { planIntent } from '../../lib/engine/plan/plan-intent'
import { aWorld, guestId, snapshotId } from '../../lib/engine/plan/testing'
import { aDisk, aGuest, anImage, TEST_NOW } from '../../lib/testing/builders'
import type { Bench } from './report'
import { median } from './stats'

const MOST_MS = 200
const GUESTS = 200
/** six each, five of them to be deleted */
const SNAPSHOTS = ['s1', 's2', 's3', 's4', 's5', 's6']
const ROUNDS = 15

export const planBench: Bench = {
  name: 'plan',
  needsNoBuild: true,
  about: 'a bulk deletion of 1,000 snapshots over 200 guests',
  async run({ say }) {
    const world = aWorld()
    for (let number = 0; number < GUESTS; number += 1) world.withGuest(guestOf(`guest-${number}`))
    const given = world.build()
    const intent: Intent = {
      do: 'batch',
      intents: given.guests.map(({ known }) => deletion(known.facts.name)),
      onFailure: 'continue',
    }
    const times: number[] = []
    const before = process.cpuUsage()
    for (let round = 0; round < ROUNDS; round += 1) {
      const start = performance.now()
      const planned = planIntent(intent, given, TEST_NOW, asId<PlanId>('bench'))
      times.push(performance.now() - start)
      if (planned.kind !== 'plan' || planned.plan.steps.length !== GUESTS * 5)
        throw new Error('not the plan it should be')
    }
    const { user, system } = process.cpuUsage(before)
    const processor = Math.round((user + system) / 1000 / ROUNDS)
    say(`${ROUNDS} rounds, the first ${Math.round(times[0] ?? 0)} ms`)
    const note = `median of ${ROUNDS}, slowest ${Math.round(Math.max(...times))} ms, ${processor} ms of processor time a round, the cold first one included`
    return [
      {
        bench: 'plan',
        what: '1,000 deletions over 200 guests',
        value: median(times),
        unit: 'ms',
        target: { most: MOST_MS },
        note,
      },
    ]
  },
}

const deletion = (name: string): Extract<Intent, { do: 'delete' }> => ({
  do: 'delete',
  guestId: guestId(name),
  snapshotIds: SNAPSHOTS.slice(0, 5).map((snapshot) => snapshotId(name, snapshot)),
  children: 'keep',
})

/** An external chain, six deep, with the maps of its images read. */
function guestOf(name: string) {
  const images = SNAPSHOTS.map((snapshot, index) =>
    anImage(`/images/${name}.${snapshot}.qcow2`, {
      allocatedBytes: 64 * MIB,
      virtualBytes: 20 * GIB,
      madeBySnapshot: snapshot,
      growthBelow: Array.from({ length: index + 1 }, (_, below) => ({
        min: (below + 1) * 10 * MIB,
        max: (below + 1) * 10 * MIB,
      })),
    }),
  ).toReversed()
  return aGuest(name)
    .withChain(...SNAPSHOTS)
    .withDisks(aDisk('vda', { chain: [...images, anImage(`/images/${name}.qcow2`)] }))
}
