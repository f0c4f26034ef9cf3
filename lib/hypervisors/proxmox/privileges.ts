/**
 * What our access allows, from `/access/permissions`: each privilege we use, on which path, and where it is granted.
 * One table: the probe, and through it every page and program, shows these rows.
 */
import { z } from 'zod'
import type { AccessFinding } from '@/lib/domain/connection'

/** Privileges by path; the number tells whether it holds below the path, too. */
export const permissionsSchema = z.record(z.string(), z.record(z.string(), z.coerce.number()))
type Permissions = z.output<typeof permissionsSchema>

type Need = {
  ability: AccessFinding['ability']
  /** any of them would do; the first is the one we ask for */
  privileges: readonly string[]
  /** and all of these elsewhere */
  also?: { privilege: string; path: string }
  path: '/' | '/vms' | '/storage' | '/nodes'
}

const READING: readonly Need[] = [
  { ability: 'read-guests', privileges: ['VM.Audit'], path: '/vms' },
  { ability: 'read-snapshots', privileges: ['VM.Audit'], path: '/vms' },
  { ability: 'read-storage', privileges: ['Datastore.Audit', 'Datastore.AllocateSpace'], path: '/storage' },
  { ability: 'watch-events', privileges: ['Sys.Audit'], path: '/nodes' },
  { ability: 'read-cluster', privileges: ['Sys.Audit'], path: '/' },
  // The list of a storage shows a disk only to who may change it (recorded, 480); Proxmox VE has no reading right for it.
  { ability: 'read-volumes', privileges: ['VM.Config.Disk'], path: '/vms' },
  {
    ability: 'read-backups',
    privileges: ['VM.Backup'],
    path: '/vms',
    also: { privilege: 'Datastore.AllocateSpace', path: '/storage' },
  },
]

const OPERATING = (major: number): readonly Need[] => [
  { ability: 'take-snapshot', privileges: ['VM.Snapshot'], path: '/vms' },
  { ability: 'delete-snapshot', privileges: ['VM.Snapshot'], path: '/vms' },
  { ability: 'roll-back', privileges: ['VM.Snapshot.Rollback', 'VM.Snapshot'], path: '/vms' },
  { ability: 'power', privileges: ['VM.PowerMgmt'], path: '/vms' },
  { ability: 'set-tags', privileges: ['VM.Config.Options'], path: '/vms' },
  {
    ability: 'thaw',
    // 9 took VM.Monitor apart; each version refuses roles that name the other's (recorded).
    privileges: major >= 9 ? ['VM.GuestAgent.FileSystemMgmt', 'VM.GuestAgent.Unrestricted'] : ['VM.Monitor'],
    path: '/vms',
  },
  {
    ability: 'start-backup',
    privileges: ['VM.Backup'],
    path: '/vms',
    also: { privilege: 'Datastore.AllocateSpace', path: '/storage' },
  },
]

/** Judges every privilege we use. `major` is the server's version: their names differ. */
export const judgePrivileges = (permissions: Permissions, major: number): AccessFinding[] =>
  [...READING, ...OPERATING(major)].map((need) => judge(permissions, need))

function judge(permissions: Permissions, { ability, privileges, path, also }: Need): AccessFinding {
  const [first = ''] = privileges
  const needs = { privilege: first, path }
  const here = coverage(permissions, path, (at) => privileges.some((privilege) => at.includes(privilege)))
  if (here.granted !== 'no' && also !== undefined) {
    const there = coverage(permissions, also.path, (at) => at.includes(also.privilege))
    if (there.granted === 'no') return missing(ability, also)
    if (there.granted === 'some' && here.granted === 'yes') return { ability, needs: also, ...there }
  }
  return here.granted === 'no' ? missing(ability, needs) : { ability, needs, ...here }
}

const missing = (ability: AccessFinding['ability'], needs: { privilege: string; path: string }): AccessFinding => ({
  ability,
  needs,
  granted: 'no',
  why: { code: 'not-permitted', ...needs },
})

/**
 * How far a privilege reaches below a path. Proxmox VE lists the path itself and every deeper one with rights of its
 * own, and a deeper list replaces the one above.
 */
function coverage(
  permissions: Permissions,
  path: string,
  grants: (privileges: readonly string[]) => boolean,
): { granted: 'yes' | 'no' } | { granted: 'some'; on: string[] } {
  const base = nearest(permissions, path)
  const above = base !== null && grants(heldAt(permissions, base, path))
  const below = Object.keys(permissions).filter(
    (each) => each !== path && each.startsWith(path === '/' ? '/' : `${path}/`),
  )
  // `/` stands for the cluster itself there, not for everything under it.
  if (path === '/') return { granted: above ? 'yes' : 'no' }
  const granting = below.filter((each) => grants(Object.keys(permissions[each] ?? {})))
  if (above) return granting.length === below.length ? { granted: 'yes' } : { granted: 'some', on: granting }
  return granting.length === 0 ? { granted: 'no' } : { granted: 'some', on: granting.sort() }
}

/** The path whose list decides here: itself or the nearest above. */
function nearest(permissions: Permissions, path: string): string | null {
  for (let at = path; ; at = at.slice(0, at.lastIndexOf('/')) || '/') {
    if (permissions[at] !== undefined) return at
    if (at === '/') return null
  }
}

/** What counts at a place: on a folder of many things only what reaches those, on `/` what is granted there. */
function heldAt(permissions: Permissions, base: string, path: string): string[] {
  return Object.entries(permissions[base] ?? {})
    .filter(([, reachesBelow]) => path === '/' || reachesBelow !== 0)
    .map(([privilege]) => privilege)
}
