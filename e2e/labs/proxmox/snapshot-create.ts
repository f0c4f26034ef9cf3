import { type Cluster, copyConfig, failWhenLocked, failWhenUnwritable, nowSeconds, underFileLock } from './cluster'
import { abilityOf, canSnapshot, type Disk, disksOf, fileName, formatOf, pathOf, volumeOf } from './disks'
import type { Guest, GuestConfig } from './state'
import { TaskFailure, type Worker, type WorkerTools } from './tasks'

/** qmsnapshot and vzsnapshot, in the three phases of PVE::AbstractConfig: prepare, volumes, commit. */

const NOT_COPIED = new Set([
  'lock',
  'digest',
  'description',
  'parent',
  'snaptime',
  'vmstate',
  'runningmachine',
  'runningcpu',
  'running-nets-host-mtu',
])

/** What a snapshot keeps of the configuration, and a rollback puts back. */
export function snapshotCopy(config: GuestConfig): GuestConfig {
  return Object.fromEntries(Object.entries(config).filter(([key]) => !NOT_COPIED.has(key) && !key.startsWith('unused')))
}

/** RAM written out: 99,843,072 bytes of the recorded guest's 128 MiB. */
const SAVED_SHARE = 195_006 / 262_144
const STATE_OVERHEAD_BYTES = 500 * 1024 * 1024

export function createSnapshotWorker(
  cluster: Cluster,
  guest: Guest,
  wish: { name: string; description: string; withMemory: boolean },
): Worker {
  return function* work(tools) {
    const running = guest.kind === 'qemu' && guest.runningSinceMs !== undefined
    const withMemory = wish.withMemory && running
    yield* underFileLock(guest, tools, function* prepare() {
      failWhenLocked(guest)
      if (guest.config.template === 1) throw new TaskFailure("you can't take a snapshot if it's a template")
      if (guest.snapshots.has(wish.name)) throw new TaskFailure(`snapshot name '${wish.name}' already used`)
      if (!canSnapshot(cluster, guest)) throw new TaskFailure('snapshot feature is not available')
      failWhenUnwritable(cluster, guest, tools)
      yield 30
      const config = { ...snapshotCopy(guest.config), snaptime: nowSeconds(cluster) } as GuestConfig
      if (guest.config.parent !== undefined) config.parent = guest.config.parent
      config.description = guest.kind === 'lxc' && wish.description !== '' ? `${wish.description}\n` : wish.description
      guest.config.lock = 'snapshot'
      guest.snapshots.set(wish.name, { config, snapstate: 'prepare' })
    })
    const taken: Disk[] = []
    try {
      if (withMemory) yield* saveMemory(cluster, guest, wish.name, tools)
      else if (running && guest.config.agent === '1' && !guest.agentRuns) {
        tools.log('skipping guest filesystem freeze - agent configured but not running?')
      } else if (running && guest.config.agent === '1' && guest.freezeFails === true) {
        tools.log(
          `guest-fsfreeze-freeze problems - VM ${guest.vmid} qmp command 'guest-fsfreeze-freeze' failed - got timeout`,
        )
      }
      for (const disk of disksOf(guest.config)) {
        yield* snapshotDisk(cluster, guest, disk, wish.name, running, tools)
        taken.push(disk)
      }
    } catch (error) {
      undoCreate(cluster, guest, wish.name, taken)
      throw error
    }
    yield* underFileLock(guest, tools, function* commit() {
      yield 20
      const snapshot = guest.snapshots.get(wish.name)
      if (snapshot === undefined) throw new TaskFailure(`missing snapshot '${wish.name}'`)
      delete snapshot.snapstate
      delete guest.config.lock
      guest.config.parent = wish.name
    })
  }
}

/** A failed create leaves nothing behind: no lock, no entry, no volume state. */
function undoCreate(cluster: Cluster, guest: Guest, name: string, taken: readonly Disk[]): void {
  for (const disk of taken) {
    const volume = volumeOf(cluster, disk.volid)
    if (volume !== undefined) volume.snapshots = volume.snapshots.filter((each) => each !== name)
  }
  const state = guest.snapshots.get(name)?.config.vmstate
  if (state !== undefined) cluster.state.volumes.delete(String(state))
  guest.snapshots.delete(name)
  delete guest.config.lock
}

/**
 * PVE::QemuConfig find_vmstate_storage, 9.2.6 [code]: what the configuration names; else of the shared storages of the
 * disks, else of the local ones, by name, the last that has a path or the first; else `local`.
 */
function stateStorageOf(cluster: Cluster, guest: Guest): string {
  const { vmstatestorage } = guest.config
  if (vmstatestorage !== undefined) return String(vmstatestorage)
  const chosen: { shared?: string; local?: string } = {}
  for (const id of [...new Set(disksOf(guest.config).map((disk) => disk.storage))].sort()) {
    const storage = cluster.state.storages.get(id)
    const which = storage?.shared === true ? 'shared' : 'local'
    if (chosen[which] === undefined || storage?.options.path !== undefined) chosen[which] = id
  }
  return chosen.shared ?? chosen.local ?? 'local'
}

function* saveMemory(cluster: Cluster, guest: Guest, name: string, tools: WorkerTools): Generator<number, void, void> {
  const snapshot = guest.snapshots.get(name)
  if (snapshot === undefined) throw new TaskFailure(`missing snapshot '${name}'`)
  const memory = Number(guest.config.memory ?? 512) * 1024 * 1024
  const target = stateStorageOf(cluster, guest)
  const storage = cluster.state.storages.get(target)
  if (storage === undefined) throw new TaskFailure(`storage '${target}' does not exist`)
  const fileBased = storage.options.path !== undefined
  const volid = `${target}:${fileBased ? `${guest.vmid}/` : ''}vm-${guest.vmid}-state-${name}${fileBased ? '.raw' : ''}`
  const size = 2 * memory + STATE_OVERHEAD_BYTES
  if (fileBased) tools.log(`Formatting '${pathOf(cluster, volid)}', fmt=raw size=${size} preallocation=off`)
  tools.log(`saving VM state and RAM using storage '${target}'`)
  snapshot.config.vmstate = volid
  snapshot.config.runningmachine = 'pc-i440fx-10.0+pve1'
  snapshot.config.runningcpu = String(guest.config.cpu ?? 'kvm64')
  snapshot.config['running-nets-host-mtu'] = 'net0=0'
  const written = Math.round(memory * SAVED_SHARE)
  cluster.state.volumes.set(volid, {
    volid,
    storage: target,
    content: 'images',
    format: 'raw',
    vmid: guest.vmid,
    size: written,
    used: written + 1024,
    ctime: nowSeconds(cluster),
    snapshots: [],
  })
  yield 300 + Math.round(memory / (512 * 1024 * 1024)) * 100
  tools.log('1.51 MiB in 0s')
  tools.log(`completed saving the VM state in 0s, saved ${(written / 1024 / 1024).toFixed(2)} MiB`)
}

function* snapshotDisk(
  cluster: Cluster,
  guest: Guest,
  disk: Disk,
  name: string,
  running: boolean,
  tools: WorkerTools,
): Generator<number, void, void> {
  const chained = abilityOf(cluster, disk) === 'chain'
  if (guest.kind === 'qemu') {
    tools.log(`snapshotting 'drive-${disk.key}' (${disk.volid})`)
    if (running) tools.log(chained ? 'external qemu snapshot' : 'internal qemu snapshot')
    if (chained && running) tools.log(`Creating a new current volume with ${name} as backing snap`)
  }
  yield 250
  const volume = volumeOf(cluster, disk.volid)
  if (chained) {
    const path = pathOf(cluster, disk.volid)
    const backing = `snap-${name}-${fileName(disk.volid)}`
    tools.log(`rename ${path} to ${path.replace(fileName(disk.volid), backing)}`)
    tools.log(formatOverlay(cluster, disk, name))
    if (running) {
      tools.log(`blockdev replace current by ${name}`)
      tools.log(`blockdev-snapshot: reopen current with ${name} backing image`)
    }
  }
  if (volume === undefined) return
  volume.snapshots.push(name)
  volume.ctime = nowSeconds(cluster)
  if (chained) volume.used = 528_384
  else if (formatOf(disk.volid) === 'qcow2') volume.used = (volume.used ?? 0) + 4096
}

/** qemu-img's line for a new overlay on top of a state. */
export function formatOverlay(cluster: Cluster, disk: Disk, name: string): string {
  const size = volumeOf(cluster, disk.volid)?.size ?? 0
  return `Formatting '${pathOf(cluster, disk.volid)}', fmt=qcow2 cluster_size=131072 extended_l2=on preallocation=metadata compression_type=zlib size=${size} backing_file=snap-${name}-${fileName(disk.volid)} backing_fmt=qcow2 lazy_refcounts=off refcount_bits=16`
}

/** Takes a snapshot at once, as it would have been in the past: for inventories. */
export function plantSnapshot(
  cluster: Cluster,
  guest: Guest,
  snapshot: { name: string; snaptime: number; description: string },
): void {
  const config: GuestConfig = { ...snapshotCopy(copyConfig(guest.config)), snaptime: snapshot.snaptime }
  if (guest.config.parent !== undefined) config.parent = guest.config.parent
  config.description =
    guest.kind === 'lxc' && snapshot.description !== '' ? `${snapshot.description}\n` : snapshot.description
  guest.snapshots.set(snapshot.name, { config })
  guest.config.parent = snapshot.name
  for (const disk of disksOf(guest.config)) volumeOf(cluster, disk.volid)?.snapshots.push(snapshot.name)
}
