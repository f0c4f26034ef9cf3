/** A fake guest's configuration: shown flat, saved with a snapshot, put back by a rollback. */
import type { ConfigurationMap } from '../../domain/inventory'
import { MIB } from '../../domain/units'
import type { FakeGuest, FakeSnapshot } from './state'

/** Flat, with human names: what the facts and disks say, and what else the guest was given. */
export function showConfiguration(guest: FakeGuest): ConfigurationMap {
  const { cpus, memoryBytes, firmware, name } = guest.facts
  const map: ConfigurationMap = { name, firmware }
  if (cpus !== null) map.cpus = String(cpus)
  if (memoryBytes !== null) map.memory = `${Math.round(memoryBytes / MIB)} MiB`
  for (const disk of guest.disks) map[`disk ${disk.target} image`] = disk.active ?? 'empty'
  return { ...map, ...guest.configuration }
}

/** What a snapshot keeps of it. Called before overlays are made, so that disks show what it froze. */
export function saveConfiguration(guest: FakeGuest): FakeSnapshot['saved'] {
  const { cpus, memoryBytes, tags, description } = guest.facts
  return {
    facts: { cpus, memoryBytes, tags: [...tags], description },
    configuration: { ...guest.configuration },
    shown: showConfiguration(guest),
  }
}

/** A rollback restores the whole configuration, tags included. */
export function restoreConfiguration(guest: FakeGuest, saved: FakeSnapshot['saved']): void {
  Object.assign(guest.facts, saved.facts, { tags: [...saved.facts.tags] })
  guest.configuration = { ...saved.configuration }
}
