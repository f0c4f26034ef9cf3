/**
 * Where Proxmox VE saves a snapshot's memory (qemu-server 9.2.6, find_vmstate_storage; as in 8): on the storage that the
 * guest's `vmstatestorage` names; else on one that holds a disk of it, shared before local, and of the shared or the local
 * ones, by name, the last that keeps files or else the first; else on `local`.
 */
import type { PlanStorage } from '@/lib/domain/plan-world'
import type { Context } from '../context'
import { compareText } from '../order'

/** `missing`: Proxmox VE would take that one, and nobody let us read it. `unknown`: what decides was not read. */
export type MemoryPlace = { at: 'storage'; storage: PlanStorage } | { at: 'missing'; name: string } | { at: 'unknown' }

export function memoryPlace(context: Context): MemoryPlace {
  const configuration = context.known.configuration.value
  if (configuration === null) return { at: 'unknown' }
  const named = configuration.vmstatestorage
  if (named !== undefined) return placeNamed(context, named)
  const disks = context.known.disks.value
  if (disks === null) return { at: 'unknown' }
  const own = new Map<string, PlanStorage>()
  for (const { device, storage } of disks) {
    if (device === 'cdrom' || storage === undefined) continue
    const found = storagesOf(context).find(({ known: { facts } }) => facts.nativeId === storage)
    // Whether one that we may not see is shared nobody tells us, and that decides.
    if (found === undefined) return { at: 'unknown' }
    own.set(found.known.facts.name, found)
  }
  const byName = [...own].sort(([a], [b]) => compareText(a, b)).map(([, storage]) => storage)
  const shared = byName.filter(isShared)
  const among = shared.length > 0 ? shared : byName
  const chosen = among.filter(keepsFiles).at(-1) ?? among[0]
  return chosen === undefined ? placeNamed(context, 'local') : { at: 'storage', storage: chosen }
}

function placeNamed(context: Context, name: string): MemoryPlace {
  // A local one of that name is another storage on each node.
  const isHere = (each: PlanStorage): boolean => isShared(each) || each.known.facts.node === context.ref.node
  const storage = storagesOf(context).find((each) => each.known.facts.name === name && isHere(each))
  return storage === undefined ? { at: 'missing', name } : { at: 'storage', storage }
}

const storagesOf = ({ index, guest }: Context): readonly PlanStorage[] => index.storagesOf.get(guest.connectionId) ?? []

const isShared = ({ known: { facts } }: PlanStorage): boolean => facts.node === ''

/** Storages of files, which Proxmox VE knows by their path; a pool's name is told in its place, without a slash. */
const keepsFiles = ({ known: { facts } }: PlanStorage): boolean =>
  FILE_TYPES.has(facts.type) || facts.path?.startsWith('/') === true
const FILE_TYPES = new Set(['dir', 'nfs', 'cifs', 'cephfs', 'glusterfs', 'btrfs'])
