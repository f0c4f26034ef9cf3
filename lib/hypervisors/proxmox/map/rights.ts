/** What /access/permissions says we may do. */
import type { Rights } from '@/lib/domain/inventory'

/** Whether a privilege holds on a path: the nearest path that is listed decides, as Proxmox VE's own rules do. */
export function mayOn(rights: Rights, path: string, privilege: string): boolean {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
    const listed = rights[at]
    if (listed !== undefined) return listed.includes(privilege)
    if (at === '/') return false
  }
}

/**
 * Why a storage's list of volumes cannot be complete, null when it is. Proxmox VE shows a disk only to who may change
 * it, and a backup only to who may make it; what it hides it does not mention (recorded 480).
 */
export function hiddenIn(rights: Rights | null, storage: string, contents: readonly string[]): string | null {
  if (rights === null) return null
  const path = `/storage/${storage}`
  if (mayOn(rights, path, 'Datastore.Allocate')) return null
  const disks = contents.includes('images') || contents.includes('rootdir')
  return disks && !mayOn(rights, '/vms', 'VM.Config.Disk') ? 'VM.Config.Disk' : null
}

/** Whether every backup of a guest in a storage is shown to us. */
export const seesBackups = (rights: Rights | null, storage: string, vmid: string): boolean =>
  rights === null ||
  mayOn(rights, `/storage/${storage}`, 'Datastore.Allocate') ||
  (mayOn(rights, `/storage/${storage}`, 'Datastore.AllocateSpace') && mayOn(rights, `/vms/${vmid}`, 'VM.Backup'))
