/** The cluster's state: what a real one keeps in /etc/pve, in its storages and in its processes. */

type ConfigValue = string | number
/** A guest's configuration, key by key as the API gives it. */
export type GuestConfig = Record<string, ConfigValue>

export interface Snapshot {
  /** The configuration as it was, plus snaptime, description, parent, vmstate, runningmachine, … */
  config: GuestConfig
  /** `prepare` while being made, `delete` while and after a failed deletion. */
  snapstate?: 'prepare' | 'delete'
}

export type GuestKind = 'qemu' | 'lxc'

export interface Guest {
  kind: GuestKind
  vmid: number
  node: string
  config: GuestConfig
  snapshots: Map<string, Snapshot>
  /** UTC in ms; undefined while off. */
  runningSinceMs: number | undefined
  /** The agent inside answers. */
  agentRuns: boolean
  agentFrozen: boolean
  pid: number
  /** Who holds /var/lock/qemu-server/lock-N.conf right now. */
  fileLock: string | undefined
  /** HA manages it. */
  haManaged: boolean
  /** What HA was last asked for; undefined: as it is. */
  haWanted?: 'started' | 'stopped'
  /** The agent answers, and cannot freeze. */
  freezeFails?: boolean
}

export interface Volume {
  volid: string
  storage: string
  /** images, rootdir, vztmpl, iso, backup */
  content: string
  format: string
  vmid: number | undefined
  /** Bytes the guest sees. */
  size: number
  /** Bytes taken. */
  used: number | undefined
  /** UTC in seconds. */
  ctime: number
  /** Names of the snapshots the volume itself holds, oldest first. */
  snapshots: string[]
  subtype?: string
  notes?: string
}

export interface Storage {
  id: string
  /** dir, nfs, btrfs, lvmthin, zfspool, rbd, lvm, pbs, … */
  type: string
  /** As in storage.cfg, except `storage`, `type` and `digest`. */
  options: Record<string, string | number>
  content: string[]
  active: boolean
  shared: boolean
  total: number
  used: number
  avail: number
  /** No rrd file yet: history answers 500 (recorded, 904). */
  hasHistory: boolean
}

/** How the entered node reaches this one. */
type Reach = 'local' | 'online' | 'refused' | 'no-route' | 'no-address'

export interface Node {
  name: string
  reach: Reach
  ip: string
  /** In /nodes and /cluster/resources; pve2 and pve3 of the recorded server are only names in /etc/hosts. */
  listed: boolean
  bootMs: number
}

export interface User {
  id: string
  password: string
  enabled: boolean
  /** Base32 key of the authenticator; undefined: no second factor. */
  totpKey?: string
  /** The newest period whose code was used. */
  totpUsed?: number
}

export interface Token {
  /** user@realm!name */
  id: string
  secret: string
  privsep: boolean
  /** UTC in seconds; 0 = never. */
  expire: number
}

export interface AclEntry {
  path: string
  /** user@realm or user@realm!name */
  ugid: string
  type: 'user' | 'token'
  roleid: string
  propagate: boolean
}

export interface Role {
  id: string
  special: boolean
  privileges: string[]
}

interface BackupJob {
  id: string
  options: Record<string, string | number>
  nextRun: number
}

/** Everything a fresh lab starts with and everything a call can change, except tasks. */
export interface ClusterState {
  release: { release: string; version: string; repoid: string }
  /** Empty for a single server. */
  clusterName: string
  quorate: boolean
  nodes: Map<string, Node>
  guests: Map<number, Guest>
  storages: Map<string, Storage>
  volumes: Map<string, Volume>
  users: Map<string, User>
  tokens: Map<string, Token>
  acl: AclEntry[]
  roles: Map<string, Role>
  realms: { realm: string; type: string; comment: string }[]
  backupJobs: Map<string, BackupJob>
  options: Record<string, unknown>
}
