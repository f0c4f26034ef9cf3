import type { AclEntry, Role, Token, User } from './state'

/** Who exists on the recorded server and what he may do (recorded, 921–924). Secrets are the lab's own. */

const ROLES: readonly [id: string, special: boolean, privileges: string][] = [
  [
    'Administrator',
    true,
    'Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Group.Allocate Mapping.Audit Mapping.Modify Mapping.Use Permissions.Modify Pool.Allocate Pool.Audit Realm.Allocate Realm.AllocateUser SDN.Allocate SDN.Audit SDN.Use Sys.AccessNetwork Sys.Audit Sys.Console Sys.Incoming Sys.Modify Sys.PowerMgmt Sys.Syslog User.Modify VM.Allocate VM.Audit VM.Backup VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted VM.Migrate VM.PowerMgmt VM.Replicate VM.Snapshot VM.Snapshot.Rollback',
  ],
  ['DsSys', false, 'Datastore.Audit Sys.Audit'],
  ['NoAccess', true, ''],
  [
    'PVEAdmin',
    true,
    'Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit Group.Allocate Mapping.Audit Mapping.Use Pool.Allocate Pool.Audit Realm.AllocateUser SDN.Allocate SDN.Audit SDN.Use Sys.Audit Sys.Console Sys.Syslog User.Modify VM.Allocate VM.Audit VM.Backup VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted VM.Migrate VM.PowerMgmt VM.Replicate VM.Snapshot VM.Snapshot.Rollback',
  ],
  ['PVEAuditor', true, 'Datastore.Audit Mapping.Audit Pool.Audit SDN.Audit Sys.Audit VM.Audit VM.GuestAgent.Audit'],
  ['PVEDatastoreAdmin', true, 'Datastore.Allocate Datastore.AllocateSpace Datastore.AllocateTemplate Datastore.Audit'],
  ['PVEDatastoreUser', true, 'Datastore.AllocateSpace Datastore.Audit'],
  ['PVEMappingAdmin', true, 'Mapping.Audit Mapping.Modify Mapping.Use'],
  ['PVEMappingUser', true, 'Mapping.Audit Mapping.Use'],
  ['PVEPoolAdmin', true, 'Pool.Allocate Pool.Audit'],
  ['PVEPoolUser', true, 'Pool.Audit'],
  ['PVESDNAdmin', true, 'SDN.Allocate SDN.Audit SDN.Use'],
  ['PVESDNUser', true, 'SDN.Audit SDN.Use'],
  ['PVESysAdmin', true, 'Sys.Audit Sys.Console Sys.Syslog'],
  ['PVETemplateUser', true, 'VM.Audit VM.Clone'],
  ['PVEUserAdmin', true, 'Group.Allocate Realm.AllocateUser User.Modify'],
  [
    'PVEVMAdmin',
    true,
    'VM.Allocate VM.Audit VM.Backup VM.Clone VM.Config.CDROM VM.Config.CPU VM.Config.Cloudinit VM.Config.Disk VM.Config.HWType VM.Config.Memory VM.Config.Network VM.Config.Options VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.GuestAgent.Unrestricted VM.Migrate VM.PowerMgmt VM.Replicate VM.Snapshot VM.Snapshot.Rollback',
  ],
  [
    'PVEVMUser',
    true,
    'VM.Audit VM.Backup VM.Config.CDROM VM.Config.Cloudinit VM.Console VM.GuestAgent.Audit VM.GuestAgent.FileRead VM.GuestAgent.FileSystemMgmt VM.GuestAgent.FileWrite VM.PowerMgmt',
  ],
  ['SnapBlind', false, 'VM.Snapshot'],
  ['SnapNoRollback', false, 'VM.Audit VM.Snapshot'],
  ['SnapOps', false, 'VM.Audit VM.Snapshot VM.Snapshot.Rollback'],
]

export function recordedRoles(): Role[] {
  return ROLES.map(([id, special, privileges]) => ({
    id,
    special,
    privileges: privileges.split(' ').filter((each) => each !== ''),
  }))
}

export function recordedRealms(): { realm: string; type: string; comment: string }[] {
  return [
    { realm: 'pam', type: 'pam', comment: 'Linux PAM standard authentication' },
    { realm: 'pve', type: 'pve', comment: 'Proxmox VE authentication server' },
  ]
}

/** Every user's password in the lab is `<name>-lab-password` unless it is set at the start. */
export function recordedUsers(): User[] {
  return ['root@pam', 'snap@pve', 'audit@pve', 'none@pve', 'norb@pve', 'one@pve', 'blind@pve'].map((id) => ({
    id,
    password: `${id.split('@')[0]}-lab-password`,
    enabled: true,
  }))
}

const TOKENS: readonly [id: string, privsep: boolean, expire: number][] = [
  ['root@pam!lab', false, 0],
  ['root@pam!noacl', true, 0],
  ['snap@pve!ci', false, 0],
  ['snap@pve!sep', true, 0],
  ['snap@pve!expired', false, 1_700_000_000],
  ['audit@pve!ro', false, 0],
  ['none@pve!none', false, 0],
]

/** Secrets count up in the order above: 00000000-0000-4000-8000-000000000001 is root@pam!lab's. */
export function recordedTokens(): Token[] {
  return TOKENS.map(([id, privsep, expire], index) => ({
    id,
    secret: `00000000-0000-4000-8000-${String(index + 1).padStart(12, '0')}`,
    privsep,
    expire,
  }))
}

export function recordedAcl(): AclEntry[] {
  const entry = (path: string, ugid: string, roleid: string): AclEntry => ({
    path,
    ugid,
    type: ugid.includes('!') ? 'token' : 'user',
    roleid,
    propagate: true,
  })
  return [
    entry('/', 'audit@pve', 'PVEAuditor'),
    entry('/nodes', 'snap@pve', 'DsSys'),
    entry('/storage', 'snap@pve', 'DsSys'),
    entry('/vms', 'norb@pve', 'SnapNoRollback'),
    entry('/vms', 'snap@pve', 'SnapOps'),
    entry('/vms/101', 'one@pve', 'SnapOps'),
    entry('/vms/102', 'blind@pve', 'SnapBlind'),
    entry('/vms/102', 'snap@pve!sep', 'SnapOps'),
  ]
}
