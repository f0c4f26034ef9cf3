/** Shared by the tests that read a real libvirtd. */
import type { LibvirtLab } from '@/e2e/labs/libvirt/lab'
import type { CollectedGuest, Collection, Section, Volume } from '@/lib/domain/inventory'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { Hypervisor } from '../../port'
import { openLibvirtHypervisor } from '../adapter'

type Reachable = Pick<LibvirtLab, 'socket' | 'readOnlySocket'>

/** An adapter on a laboratory. */
export function openLab(lab: Reachable, mode: 'operate' | 'observe' = 'operate', uri = 'qemu:///system'): Hypervisor {
  return openLibvirtHypervisor(
    { uri, cleartextAccepted: false, mode },
    {},
    { socketPath: lab.socket, readOnlySocketPath: lab.readOnlySocket },
  )
}

export const patience = (milliseconds = 180_000) => AbortSignal.timeout(milliseconds)

/** A whole reading. */
export const readWhole = (hypervisor: Hypervisor, thorough = true): Promise<Collection> =>
  hypervisor.collect({ whole: true }, { thorough }, patience())

/** What was read; throws the reason where it was not. */
export function valueIn<T>(section: Section<T>): T {
  if (section.status === 'unread') throw new Error(`unread: ${JSON.stringify(section.reason)}`)
  return section.value
}

export function guestIn(collection: Collection, uuid: string): CollectedGuest {
  const found = valueIn(collection.guests).find((guest) => guest.facts.nativeId === uuid)
  if (found === undefined) throw new Error(`no guest ${uuid}`)
  return found
}

export const snapshotsOf = (guest: CollectedGuest): Snapshot[] => valueIn(guest.snapshots).items

export const volumesIn = (collection: Collection, pool = 'default'): Volume[] =>
  valueIn(collection.storages)
    .filter((storage) => storage.facts.name === pool)
    .flatMap((storage) => valueIn(storage.volumes))
