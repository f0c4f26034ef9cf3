import { createHash } from 'node:crypto'
import { Refusal } from './answer'
import type { Authentication } from './authentication'
import type { Clock } from './clock'
import { createFaults, type Faults } from './faults'
import { privilegesOn } from './permissions'
import type { Chance } from './random'
import type { ClusterState, Guest, GuestConfig, GuestKind } from './state'
import { createTaskTable, TaskFailure, type TaskTable, type WorkerTools } from './tasks'

/** One simulated cluster: its state, its clock, its workers and the faults set on it. */
export interface Cluster {
  state: ClusterState
  clock: Clock
  chance: Chance
  tasks: TaskTable
  faults: Faults
  auth: Authentication
  /** SHA-256 of the certificate shown, upper case with colons. */
  fingerprint: string
  /** PEM of the cluster's CA and of the node's certificate, for /certificates/info. */
  certificates: { ca: string; leaf: string } | undefined
  /** The recorded server's user-mode network makes every start end in a warning; others start clean. */
  startsWarn: boolean
  pace: number
}

export function createCluster(options: {
  state: ClusterState
  clock: Clock
  chance: Chance
  fingerprint?: string
  startsWarn?: boolean
  pace?: number
}): Cluster {
  const faults = createFaults()
  const cluster: Cluster = {
    state: options.state,
    clock: options.clock,
    chance: options.chance,
    faults,
    fingerprint: options.fingerprint ?? Array.from({ length: 32 }, () => 'AB').join(':'),
    certificates: undefined,
    startsWarn: options.startsWarn ?? false,
    pace: options.pace ?? 1,
    auth: { state: options.state, signingKey: options.chance.uuid(), nowMs: () => options.clock.now() },
    tasks: createTaskTable({
      clock: options.clock,
      chance: options.chance,
      pace: () => cluster.pace,
      faultFor: (type, id) => faults.takeTaskFault(type, id),
    }),
  }
  return cluster
}

export const nowSeconds = (cluster: Cluster): number => Math.floor(cluster.clock.now() / 1000)

/** The guest of this kind on this node, or Proxmox's 500 for a missing configuration file. */
export function guestOn(cluster: Cluster, node: string, kind: GuestKind, vmid: number): Guest {
  const guest = cluster.state.guests.get(vmid)
  if (guest === undefined || guest.kind !== kind || guest.node !== node) {
    const folder = kind === 'qemu' ? 'qemu-server' : 'lxc'
    throw new Refusal(500, `Configuration file 'nodes/${node}/${folder}/${vmid}.conf' does not exist\n`)
  }
  return guest
}

/** SHA-1 over everything the configuration file holds: it changes with each snapshot, too. */
export function digestOf(guest: Guest): string {
  const snapshots = [...guest.snapshots].map(([name, snapshot]) => [name, snapshot.snapstate ?? '', snapshot.config])
  return createHash('sha1')
    .update(JSON.stringify([guest.config, snapshots]))
    .digest('hex')
}

export function holds(cluster: Cluster, authid: string, path: string, ...anyOf: string[]): boolean {
  const rights = privilegesOn(cluster.state, authid, path)
  return anyOf.some((privilege) => rights.has(privilege))
}

/** 403 unless one of the privileges is there. */
export function demand(cluster: Cluster, authid: string, path: string, ...anyOf: string[]): void {
  if (!holds(cluster, authid, path, ...anyOf)) throw forbidden(path, anyOf)
}

export function forbidden(path: string, privileges: readonly string[]): Refusal {
  return new Refusal(403, `Permission check failed (${path}, ${privileges.join('|')})\n`)
}

export const lockOf = (guest: Guest): string | undefined =>
  guest.config.lock === undefined ? undefined : String(guest.config.lock)

/** Fails a worker when the configuration is locked. */
export function failWhenLocked(guest: Guest): void {
  const lock = lockOf(guest)
  if (lock !== undefined) throw new TaskFailure(`${guest.kind === 'qemu' ? 'VM' : 'CT'} is locked (${lock})`)
}

/**
 * Without quorum /etc/pve is read-only [code]: whoever would write a configuration ends on pmxcfs's own word. Null while
 * there is quorum; a server by itself always has it.
 */
export function unwritable({ state }: Cluster, guest: Guest, pid: number): string | null {
  if (state.clusterName === '' || state.quorate) return null
  const folder = guest.kind === 'qemu' ? 'qemu-server' : 'lxc'
  return `unable to open file '/etc/pve/nodes/${guest.node}/${folder}/${guest.vmid}.conf.tmp.${pid}' - Permission denied`
}

/** Fails a worker that is about to write a configuration without quorum. */
export function failWhenUnwritable(cluster: Cluster, guest: Guest, { task }: WorkerTools): void {
  const text = unwritable(cluster, guest, task.pid)
  if (text !== null) throw new TaskFailure(text)
}

/** A worker waits this long for the file lock before it gives up (recorded in 291: 10 s). */
const FILE_LOCK_WAIT_MS = 10_000
const FILE_LOCK_POLL_MS = 100

/** Runs `section` under /var/lock/…/lock-N.conf, waiting for it like a real worker. */
export function* underFileLock<T>(
  guest: Guest,
  tools: WorkerTools,
  section: () => Generator<number, T, void>,
): Generator<number, T, void> {
  const owner = tools.task.upid
  if (guest.fileLock !== undefined) {
    tools.log('trying to acquire lock...')
    for (let waited = 0; guest.fileLock !== undefined; waited += FILE_LOCK_POLL_MS) {
      if (waited >= FILE_LOCK_WAIT_MS) {
        const path = guest.kind === 'qemu' ? `qemu-server/lock-${guest.vmid}.conf` : `lxc/pve-config-${guest.vmid}.lock`
        throw new TaskFailure(`can't lock file '/var/lock/${path}' - got timeout`)
      }
      yield FILE_LOCK_POLL_MS
    }
    tools.log(' OK')
  }
  guest.fileLock = owner
  try {
    return yield* section()
  } finally {
    if (guest.fileLock === owner) guest.fileLock = undefined
  }
}

/** A deep enough copy of a configuration. */
export const copyConfig = (config: GuestConfig): GuestConfig => ({ ...config })
