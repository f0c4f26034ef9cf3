/**
 * The least Proxmox VE has to grant us. What the set-up page tells to create, and what the probe looks for, come to the
 * same (a test holds them together).
 */
import type { ConnectionMode } from './connection'

/** Each release refuses a role that names the other's privileges. */
export type ProxmoxMajor = 8 | 9

const OBSERVE = ['VM.Audit', 'Datastore.Audit', 'Sys.Audit'] as const

const OPERATE = [
  ...OBSERVE,
  'VM.Snapshot',
  'VM.Snapshot.Rollback',
  'VM.PowerMgmt',
  'VM.Config.Options',
  'VM.Backup',
  'Datastore.AllocateSpace',
] as const

/** Privileges of the role for a mode, to be granted on `/`. */
export function roleFor(mode: ConnectionMode, major: ProxmoxMajor): string[] {
  if (mode === 'observe') return [...OBSERVE]
  return [...OPERATE, major === 8 ? 'VM.Monitor' : 'VM.GuestAgent.FileSystemMgmt']
}

const NAMES: Record<ConnectionMode, string> = { observe: 'SnapwardenObserve', operate: 'SnapwardenOperate' }

/** The lines that make role, user and token, to be run as root on any node. The last one prints the secret. */
export function roleCommands(mode: ConnectionMode, major: ProxmoxMajor): string[] {
  const role = NAMES[mode]
  return [
    `pveum role add ${role} --privs "${roleFor(mode, major).join(',')}"`,
    'pveum user add snapwarden@pve --comment "Snapwarden"',
    `pveum acl modify / --users snapwarden@pve --roles ${role}`,
    'pveum user token add snapwarden@pve console --privsep 0',
  ]
}

/** The line that adds what is missing to the role of a mode. */
export const appendCommand = (mode: ConnectionMode, privileges: readonly string[]): string =>
  `pveum role modify ${NAMES[mode]} --append --privs "${privileges.join(',')}"`
