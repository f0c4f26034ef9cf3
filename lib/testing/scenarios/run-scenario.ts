/**
 * A scenario: a guest in few words and what is asked of it, as JSON. Printing its plan shows a person the whole answer
 * of the planner at once; the golden text beside each scenario keeps it from changing unseen.
 */
import { HYPERVISOR_KINDS, type HypervisorKind } from '@/lib/domain/connection'
import type { GuestFacts } from '@/lib/domain/inventory'
import type { Intent } from '@/lib/domain/plan'
import type { PlanGuest, PlanVolume } from '@/lib/domain/plan-world'
import type { ChainImage, Snapshot } from '@/lib/domain/snapshot'
import { MIB } from '@/lib/domain/units'
import { aWorld, guestId, planned, snapshotId } from '@/lib/engine/plan/testing'
import { aDisk, aGuest, anImage, aSnapshot, aStorage, hoursAgo } from '../builders'
import { printPlan } from './print-plan'

export type Scenario = {
  about: string
  platform: HypervisorKind
  version?: string
  storage: { type: string; capacityMiB: number; usedMiB: number }
  guests: ScenarioGuest[]
  volumes?: (Partial<PlanVolume> & { path: string })[]
  held?: { guest: string; snapshot: string; note: string }[]
  /** ids are written as names: `guest`, and `snapshot` or `snapshots` of it */
  ask: ScenarioIntent[]
}

type ScenarioGuest = {
  name: string
  facts?: Partial<GuestFacts>
  environment?: PlanGuest['environment']
  reach?: 'any' | 'newest-only'
  /** oldest first */
  snapshots: {
    name: string
    on: string | null
    kind: Snapshot['kind']
    hoursAgo: number
    memory?: boolean
    more?: Partial<Snapshot>
  }[]
  current: string | null
  /** active image first */
  chain?: { file: string; madeBy: string | null; heldMiB: number; more?: Partial<ChainImage> }[]
  virtualMiB?: number
}

type ScenarioIntent = { do: string; guest: string; snapshot?: string; snapshots?: string[] } & Record<string, unknown>

/** The plan of a scenario as text. Throws for a file that is none. */
export function runScenario(scenario: Scenario): string {
  if (!HYPERVISOR_KINDS.includes(scenario.platform)) throw new Error(`no such platform: ${String(scenario.platform)}`)
  const world = aWorld(scenario.platform, scenario.version === undefined ? {} : { version: scenario.version })
  const { type, capacityMiB, usedMiB } = scenario.storage
  world.withStorage(
    aStorage('images')
      .sized(capacityMiB * MIB, usedMiB * MIB)
      .withFacts({ type }),
  )
  for (const guest of scenario.guests)
    world.withGuest(build(guest, scenario.platform), { environment: guest.environment ?? 'test' })
  for (const volume of scenario.volumes ?? []) world.withVolume(volume)
  for (const { guest, snapshot, note } of scenario.held ?? []) world.holding(guest, snapshot, note)
  const intents = scenario.ask.map(toIntent)
  const [first] = intents
  if (first === undefined) throw new Error('nothing is asked')
  const intent = intents.length === 1 ? first : ({ do: 'batch', intents, onFailure: 'continue' } as Intent)
  return `${scenario.about}\n\n${printPlan(planned(world, intent))}`
}

function toIntent({ guest, snapshot, snapshots, ...rest }: ScenarioIntent): Intent {
  const ids = snapshots?.map((name) => snapshotId(guest, name))
  return {
    ...rest,
    guestId: guestId(guest),
    ...(snapshot === undefined ? {} : { snapshotId: snapshotId(guest, snapshot) }),
    ...(ids === undefined ? {} : { snapshotIds: ids }),
  } as unknown as Intent
}

function build({ name, facts, reach, snapshots, current, chain, virtualMiB }: ScenarioGuest, platform: HypervisorKind) {
  const disk = platform === 'libvirt' ? 'vda' : 'scsi0'
  const virtualBytes = (virtualMiB ?? 20_480) * MIB
  const guest = aGuest(name).withFacts(facts ?? {})
  guest.withSnapshots(
    ...snapshots.map(({ name: snapshot, on, kind, hoursAgo: hours, memory, more }) => {
      const built = aSnapshot(snapshot).childOf(on).takenAt(hoursAgo(hours))
      if (kind === 'external') built.external({ [disk]: null })
      if (kind === 'native') built.native([disk])
      if (memory === true) built.with({ memory: 'saved', powerThen: 'running' })
      return built.with(more ?? {})
    }),
  )
  guest.currentOn(current)
  const images = chain?.map(({ file, madeBy, heldMiB, more }) =>
    anImage(file, { madeBySnapshot: madeBy, allocatedBytes: heldMiB * MIB, virtualBytes, ...more }),
  )
  guest.withDisks(aDisk(disk, { chain: images ?? null, virtualBytes, storage: 'id-of-images' }))
  if (reach !== undefined) guest.capable({ 'rollback.internal': { ok: true, limits: { reach } } })
  return guest
}
