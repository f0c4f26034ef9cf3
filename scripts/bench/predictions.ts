/**
 * What plans predict against what happens: random histories on real QEMU, random intents until one does something. A
 * permitted plan is carried out; a refused one is asked of libvirt itself, so that "libvirt would refuse" is tried and
 * not believed.
 */
import { setTimeout as pause } from 'node:timers/promises'
import { chosenGeneration } from '@/e2e/labs/libvirt/generation'
import type { Difference } from '@/lib/domain/difference'
import { asId, type PlanId } from '@/lib/domain/ids'
import type { Check, Plan, SingleIntent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { actualOf, differences } from '@/lib/engine/plan/conditions'
import { planIntent } from '@/lib/engine/plan/plan-intent'
import { openLibvirtHypervisor } from '@/lib/hypervisors/libvirt/adapter'
import type { Hypervisor } from '@/lib/hypervisors/port'
import { openLab } from './lab'
import { askLibvirt } from './predictions/ask-libvirt'
import { carryOut } from './predictions/carry-out'
import { askedAt, bringAbout, type Circumstance, under } from './predictions/circumstances'
import { fell, type Grown, grow, type HistoryKind } from './predictions/grow'
import { randomIntent } from './predictions/intents'
import { judge } from './predictions/judge'
import { createRandom } from './predictions/random'
import { collect, knownGuest, worldOf } from './predictions/world'
import type { Bench } from './report'

const HISTORIES = 200
const MOST_LAYER_MIB = 256
/** What we refuse and libvirt refuses too has changed nothing: something else is asked of the same history, so often at most. */
const MOST_ASKED = 8

export type Measured = { predicted: ByteRange; actual: Bytes }

/** One intent at the end of a history, and what came of it. */
export type Trial = {
  seed: number
  kind: HistoryKind
  circumstance: Circumstance
  does: SingleIntent['do']
} & (
  | {
      verdict: 'permitted'
      /** null = every step ran */
      failed: string | null
      differences: Difference[]
      peak: Measured
      freed: Measured
    }
  | { verdict: 'refused'; by: 'hypervisor' | 'guard'; checks: string[]; why: Reason[]; libvirtDid: boolean }
)

export const predictionsBench: Bench = {
  name: 'predictions',
  needsNoBuild: true,
  about: 'what plans predict against what happens, on real QEMU (--histories=20: fewer than 200)',
  run: async ({ say, options }) => {
    const first = Number(options.get('first-seed') ?? 1)
    const histories = Number(options.get('histories') ?? HISTORIES)
    const mostMiB = Number(options.get('layer-mib') ?? MOST_LAYER_MIB)
    const lab = await openLab()
    const hypervisor = openLibvirtHypervisor(
      { uri: 'qemu:///system', cleartextAccepted: false, mode: 'operate' },
      {},
      { socketPath: lab.socket, readOnlySocketPath: lab.readOnlySocket },
    )
    const newer = chosenGeneration() === 'debian13'
    const trials: Trial[] = []
    try {
      for (let seed = first; seed < first + histories; seed += 1) {
        const random = createRandom(seed * 7919)
        const grown = await grow(lab, random, `h${seed}`, { newer, mostMiB })
        // Of its own chance: a history grows the same with and without.
        const circumstance = await bringAbout(lab, grown, createRandom(seed * 7919 + 1))
        // 11.3 names the overlay of a revert after the second, and refuses a second one in it: nobody asks that soon.
        await pause(1_100)
        for (let asked = 0; asked < MOST_ASKED; asked += 1) {
          const trial = await tryOne({ lab, hypervisor, grown, circumstance, seed, random })
          trials.push(trial)
          say(describeTrial(trial))
          if (trial.verdict === 'permitted' || trial.libvirtDid) break
        }
        await fell(lab, grown)
      }
    } finally {
      await hypervisor.close()
      await lab.close()
    }
    return judge(trials, histories, newer ? 'libvirt 11.3' : 'libvirt 9.0')
  },
}

type Lab = Awaited<ReturnType<typeof openLab>>

async function tryOne(input: {
  lab: Lab
  hypervisor: Hypervisor
  grown: Grown
  circumstance: Circumstance
  seed: number
  random: ReturnType<typeof createRandom>
}): Promise<Trial> {
  const { lab, hypervisor, grown, circumstance, seed, random } = input
  const { guest, kind } = grown
  const before = await collect(hypervisor)
  const present = (knownGuest(before, guest.uuid).snapshots.value?.items ?? []).map(({ name }) => name)
  const intent = randomIntent(grown, present, random)
  const about = { seed, kind, circumstance, does: intent.do }
  const planned = planIntent(
    intent,
    under(circumstance, worldOf(before, guest.uuid)),
    askedAt(circumstance, before.finishedAt),
    asId<PlanId>(`p${seed}`),
  )
  if (planned.kind === 'impossible') {
    const stopping = planned.checks.filter(({ verdict, overridden }) => isStopping(verdict) && !overridden)
    const by = stopping.some((check) => check.by === 'hypervisor') ? 'hypervisor' : 'guard'
    const checks = stopping.map(({ id }) => id)
    return {
      ...about,
      verdict: 'refused',
      by,
      checks,
      why: planned.why,
      libvirtDid: await askLibvirt(lab, guest, intent),
    }
  }
  const { commands } = hypervisor
  if (commands === undefined) throw new Error('the lab’s connection cannot change anything')
  const done = await carryOut(planned.plan, commands, lab.poolPath)
  const after = actualOf(knownGuest(await collect(hypervisor), guest.uuid))
  const predicted = planned.plan.predicted
  return {
    ...about,
    verdict: 'permitted',
    failed: done.failed,
    differences:
      predicted === null || after === null
        ? [{ differs: 'step', step: 'nothing to compare' }]
        : differences(predicted, after),
    peak: { predicted: total(planned.plan, 'peak'), actual: done.peakBytes },
    freed: { predicted: total(planned.plan, 'frees'), actual: Math.max(0, done.freedBytes) },
  }
}

const isStopping = (verdict: Check['verdict']) => verdict === 'block' || verdict === 'unknown'

/** The lab has one storage; a plan that touches none needs and frees nothing. */
function total({ space }: Plan, what: 'peak' | 'frees'): ByteRange {
  const [effect] = space
  return effect === undefined ? { min: 0, max: 0 } : effect[what]
}

const mib = (bytes: number | null) => (bytes === null ? '∞' : (bytes / 1024 ** 2).toFixed(1))

function describeTrial(trial: Trial): string {
  const head = `${trial.seed} ${trial.kind} (${trial.circumstance}) ${trial.does}`
  if (trial.verdict === 'refused') {
    return `${head}: refused by ${trial.by} (${trial.checks.join(', ')}: ${JSON.stringify(trial.why)}); libvirt ${trial.libvirtDid ? 'did it' : 'refused'}`
  }
  const range = ({ predicted, actual }: Measured) => `${mib(predicted.min)}–${mib(predicted.max)}: ${mib(actual)} MiB`
  const wrong = trial.failed ?? trial.differences.map((each) => JSON.stringify(each)).join('; ')
  return `${head}: ${wrong === '' ? 'as predicted' : wrong}, peak ${range(trial.peak)}, freed ${range(trial.freed)}`
}
