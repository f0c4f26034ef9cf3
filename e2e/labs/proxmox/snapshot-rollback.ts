import { type Cluster, failWhenLocked, failWhenUnwritable, lockOf, underFileLock } from './cluster'
import { abilityOf, bytesOfSize, disksOf, volumeName, volumeOf } from './disks'
import { fulfil, scheduleCleanup, startGuest, stopGuest } from './power'
import { formatOverlay, snapshotCopy } from './snapshot-create'
import type { Guest, GuestConfig } from './state'
import { TaskFailure, type Worker, type WorkerTools } from './tasks'

/** qmrollback and vzrollback: what PVE::AbstractConfig::snapshot_rollback does, in its order. */
export function rollbackWorker(
  cluster: Cluster,
  guest: Guest,
  wish: { name: string; start: boolean; authid: string },
): Worker {
  return function* work(tools) {
    const snapshot = guest.snapshots.get(wish.name)
    if (snapshot === undefined) throw new TaskFailure(`snapshot '${wish.name}' does not exist`)
    if (snapshot.snapstate !== undefined) {
      throw new TaskFailure(`unable to rollback to incomplete snapshot (snapstate = ${snapshot.snapstate})`)
    }
    failUnlessNewest(cluster, snapshot.config, wish.name)
    yield* underFileLock(guest, tools, function* prepare() {
      failWhenLocked(guest)
      if (guest.runningSinceMs !== undefined) {
        yield 100
        stopGuest(guest)
        if (snapshot.config.vmstate === undefined) scheduleCleanup(cluster, guest)
        if (guest.haManaged && guest.haWanted !== 'stopped') failService(cluster, guest)
      }
      // Only now: a guest that ran is off already when it turns out that nothing can be written.
      failWhenUnwritable(cluster, guest, tools)
      guest.config.lock = 'rollback'
    })
    for (const disk of disksOf(snapshot.config)) {
      yield 120
      const volume = volumeOf(cluster, disk.volid)
      if (volume === undefined || !volume.snapshots.includes(wish.name)) failMissing(cluster, disk.volid, wish.name)
      if (volume !== undefined && disk.options.size !== undefined) volume.size = bytesOfSize(disk.options.size)
      if (abilityOf(cluster, disk) === 'chain') tools.log(formatOverlay(cluster, disk, wish.name))
    }
    yield* underFileLock(guest, tools, function* commit() {
      yield 120
      if (lockOf(guest) !== 'rollback') throw new TaskFailure(`got wrong lock`)
      delete guest.config.lock
      applySnapshot(cluster, guest, wish.name, snapshot.config)
      if (snapshot.config.vmstate !== undefined) resumeFromMemory(cluster, guest, tools)
    })
    if (wish.start && guest.runningSinceMs === undefined) startGuest(cluster, guest, wish.authid)
  }
}

/** To HA a guest that stopped without its asking is a failed service, which it starts again [known]. */
function failService(cluster: Cluster, guest: Guest): void {
  guest.haWanted = 'started'
  cluster.clock.after(0, () => fulfil(cluster, guest))
}

/** ZFS and volume chains throw away what is newer, so they refuse. */
function failUnlessNewest(cluster: Cluster, config: GuestConfig, name: string): void {
  for (const disk of disksOf(config)) {
    const ability = abilityOf(cluster, disk)
    const newest = volumeOf(cluster, disk.volid)?.snapshots.at(-1)
    if ((ability === 'chain' || ability === 'newest') && newest !== name && newest !== undefined) {
      throw new TaskFailure(`can't rollback, '${name}' is not most recent snapshot on '${volumeName(disk.volid)}'`)
    }
  }
}

/** The volume lost the state: the lock `rollback` stays, as on a real node. */
function failMissing(cluster: Cluster, volid: string, name: string): never {
  const storage = cluster.state.storages.get(volid.split(':')[0] ?? '')
  const path = `${String(storage?.options.path ?? '')}/images/${volumeName(volid)}`
  throw new TaskFailure(`command '/usr/bin/qemu-img snapshot -a ${name} ${path}' failed: exit code 1`)
}

function applySnapshot(cluster: Cluster, guest: Guest, name: string, from: GuestConfig): void {
  const before = guest.config
  const after = snapshotCopy(from)
  const kept = Object.entries(before).filter(([key]) => key.startsWith('unused'))
  for (const [key, value] of kept) after[key] = value
  const named = new Set(disksOf(after, true).map((disk) => disk.volid))
  for (const disk of disksOf(before)) {
    if (named.has(disk.volid)) continue
    after[freeUnusedKey(after)] = disk.volid
  }
  if (before.description !== undefined) after.description = before.description
  if (after.vmgenid !== undefined && from.vmstate === undefined) after.vmgenid = cluster.chance.uuid()
  after.parent = name
  guest.config = after
}

function freeUnusedKey(config: GuestConfig): string {
  for (let index = 0; index < 256; index++) if (config[`unused${index}`] === undefined) return `unused${index}`
  throw new Error('256 unused disks')
}

function resumeFromMemory(cluster: Cluster, guest: Guest, tools: WorkerTools): void {
  guest.runningSinceMs = cluster.clock.now()
  guest.agentRuns = guest.config.agent === '1'
  tools.log("netdev net0: not adding 'host_mtu' parameter for migration compat")
  if (cluster.startsWarn) tools.warn(`Interface 'tap${guest.vmid}i0' not attached to any bridge.`)
}
