/** Makes a fake world out of a scenario: puts the guests in and does to them what their history says. */
import type { Outcome } from '../../domain/result'
import { type Bytes, epochMillis, GIB, HOUR, type Instant, instantAt } from '../../domain/units'
import type { Scenario, ScenarioDisk, ScenarioGuest, ScenarioStep, ScenarioStorage } from './scenario'
import type { FakeClock } from './state'
import { describeStorages, findFileUsers } from './volumes'
import { FakeWorld, type NewDisk } from './world'

const bytesOf = (gib: number): Bytes => Math.round(gib * GIB)

/** Drops keys without a value, as exact optional properties want. */
function given<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>
  }
}

/**
 * Builds the world as it is at `anchor`: ages in the scenario count back from there. The same scenario and anchor give
 * the same world. Throws when a history cannot have happened.
 */
export function worldFromScenario(scenario: Scenario, anchor: Instant, clock: FakeClock): FakeWorld {
  const { kind, product, version, node, address } = scenario
  const world = new FakeWorld({ kind, product, version, node, address }, clock)
  const start = epochMillis(anchor)
  for (const storage of scenario.storages) world.addStorage(newStorage(scenario, storage))
  for (const guest of scenario.guests) {
    const { nativeId } = world.addGuest({ ...toldOf(scenario, guest), ...newGuest(guest) }).facts
    for (const step of guest.history ?? []) {
      const outcome = doStep(world, nativeId, step, start)
      if (!outcome.ok)
        throw new Error(`${guest.name} cannot have done ${JSON.stringify(step)}: ${JSON.stringify(outcome.why)}`)
    }
  }
  fillStorages(world, scenario)
  return world
}

function newStorage(scenario: Scenario, storage: ScenarioStorage): Parameters<FakeWorld['addStorage']>[0] {
  return {
    nativeId: storage.id ?? storage.name,
    name: storage.name,
    node: storage.node,
    type: storage.type,
    path: storage.path ?? null,
    active: storage.active ?? true,
    capacityBytes: bytesOf(storage.capacityGib),
    otherBytes: 0,
    style: storage.style,
    reach: storage.reach ?? 'any',
    tellsVolumeBytes: storage.tellsVolumeBytes ?? scenario.kind !== 'proxmox',
    ...(storage.metadataRatio === undefined ? {} : { metadataRatio: storage.metadataRatio }),
    ...(storage.inodes === undefined ? {} : { inodes: storage.inodes }),
    strays: (storage.strays ?? []).map(({ name, role, format, gib, backingFile }) => ({
      name,
      role,
      format,
      bytes: bytesOf(gib),
      backingFile: backingFile ?? null,
    })),
  }
}

/** Proxmox VE tells of every machine whether it is managed and copied, and gives it a mark of its own; of containers none. */
function toldOf({ kind }: Scenario, guest: ScenarioGuest): Partial<Parameters<FakeWorld['addGuest']>[0]> {
  if (kind !== 'proxmox') return {}
  const birthMark = guest.kind === 'container' ? null : `made-up ${guest.name}`
  return { ha: false, replicated: false, protected: false, birthMark }
}

function newGuest(guest: ScenarioGuest): Parameters<FakeWorld['addGuest']>[0] {
  const { id, memoryGib, disks, history: _history, ...rest } = guest
  return {
    ...given(rest),
    name: guest.name,
    ...(id === undefined ? {} : { nativeId: id }),
    ...(memoryGib === undefined ? {} : { memoryBytes: bytesOf(memoryGib) }),
    disks: disks.map(newDisk),
  }
}

function newDisk({ gib, usedGib, ...disk }: ScenarioDisk): NewDisk {
  return { ...given(disk), target: disk.target, virtualBytes: bytesOf(gib), usedBytes: bytesOf(usedGib) }
}

function doStep(world: FakeWorld, guest: string, step: ScenarioStep, anchor: number): Outcome<unknown> {
  const at = (hoursAgo: number): Instant => instantAt(Math.floor(anchor - hoursAgo * HOUR))
  const idOf = (name: string): string =>
    world.guests.get(guest)?.snapshots.findLast((snapshot) => snapshot.name === name)?.nativeId ?? name
  switch (step.do) {
    case 'take': {
      const { do: _do, hoursAgo, memoryGib, ...options } = step
      const memoryBytes = memoryGib === undefined ? {} : { memoryBytes: bytesOf(memoryGib) }
      return world.take(guest, { ...given(options), name: step.name, ...memoryBytes, at: at(hoursAgo) })
    }
    case 'rollback':
      return world.rollback(guest, idOf(step.to), at(step.hoursAgo))
    case 'delete':
      return world.delete(guest, idOf(step.name), step.children ?? 'keep')
    case 'write':
      return world.write(guest, bytesOf(step.gib), step.disk)
    case 'edit':
      return world.edit(guest, {
        facts: given({
          cpus: step.cpus,
          tags: step.tags,
          memoryBytes: step.memoryGib === undefined ? undefined : bytesOf(step.memoryGib),
        }),
        ...(step.set === undefined ? {} : { configuration: step.set }),
      })
    case 'power':
      return world.setPower(guest, step.to)
    case 'lay-overlay':
      return world.layOverlay(guest, step.disk, step.file)
    case 'lose-metadata':
      return world.loseMetadata(guest, idOf(step.name), given({ keepData: step.keepData, tornOn: step.tornOn }))
    case 'leave-incomplete':
      return world.leaveIncomplete(guest, idOf(step.name))
  }
}

/** Others use what is used and not ours, so that each storage starts as full as the scenario says. */
function fillStorages(world: FakeWorld, scenario: Scenario): void {
  const used = new Map(
    describeStorages(world, findFileUsers(world), true).map(({ facts }) => [facts.nativeId, facts.usedBytes ?? 0]),
  )
  for (const { id, name, usedGib } of scenario.storages) {
    const storage = world.storages.get(id ?? name)
    if (storage !== undefined) storage.otherBytes = Math.max(0, bytesOf(usedGib) - (used.get(storage.nativeId) ?? 0))
  }
}
