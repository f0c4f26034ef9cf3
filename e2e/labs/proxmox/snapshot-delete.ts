import { type Cluster, failWhenLocked, failWhenUnwritable, underFileLock } from './cluster'
import { abilityOf, type Disk, disksOf, fileName, pathOf, volumeName, volumeOf } from './disks'
import type { Guest, Volume } from './state'
import { TaskFailure, type Worker, type WorkerTools } from './tasks'

/**
 * qmdelsnapshot and vzdelsnapshot. A failure leaves the lock `snapshot-delete` and `snapstate: delete` behind;
 * `force` goes on past a volume that lost its state, but not past a lock.
 */
export function deleteWorker(cluster: Cluster, guest: Guest, wish: { name: string; force: boolean }): Worker {
  return function* work(tools) {
    const snapshot = yield* underFileLock(guest, tools, function* prepare() {
      const found = guest.snapshots.get(wish.name)
      if (found === undefined) throw new TaskFailure(`snapshot '${wish.name}' does not exist`)
      yield 30
      failWhenLocked(guest)
      failWhenUnwritable(cluster, guest, tools)
      guest.config.lock = 'snapshot-delete'
      found.snapstate = 'delete'
      return found
    })
    if (snapshot.config.vmstate !== undefined) cluster.state.volumes.delete(String(snapshot.config.vmstate))
    for (const disk of disksOf(snapshot.config)) {
      yield 150
      const failure = deleteOnVolume(cluster, guest, disk, wish.name, tools)
      if (failure === undefined) continue
      if (!wish.force) throw new TaskFailure(failure)
      tools.log(failure)
    }
    yield* underFileLock(guest, tools, function* commit() {
      yield 20
      const heir = snapshot.config.parent
      guest.snapshots.delete(wish.name)
      for (const config of [guest.config, ...[...guest.snapshots.values()].map((each) => each.config)]) {
        if (config.parent !== wish.name) continue
        if (heir === undefined) delete config.parent
        else config.parent = heir
      }
      delete guest.config.lock
    })
  }
}

/** The reason it did not work, or undefined. */
function deleteOnVolume(
  cluster: Cluster,
  guest: Guest,
  disk: Disk,
  name: string,
  tools: WorkerTools,
): string | undefined {
  const volume = volumeOf(cluster, disk.volid)
  if (volume === undefined || !volume.snapshots.includes(name)) {
    tools.log(`qemu-img: Could not delete snapshot '${name}': snapshot not found`)
    return `command '/usr/bin/qemu-img snapshot -d ${name} ${pathOf(cluster, disk.volid)}' failed: exit code 1`
  }
  if (abilityOf(cluster, disk) === 'chain') logChainDelete(cluster, guest, disk, volume, name, tools)
  volume.snapshots = volume.snapshots.filter((each) => each !== name)
  if (volume.format === 'qcow2') volume.used = Math.max(196_608, (volume.used ?? 0) - 4096)
  return undefined
}

function logChainDelete(
  cluster: Cluster,
  guest: Guest,
  disk: Disk,
  volume: Volume,
  name: string,
  tools: WorkerTools,
): void {
  const place = volume.snapshots.indexOf(name)
  const child = volume.snapshots[place + 1]
  const parent = volume.snapshots[place - 1]
  const path = pathOf(cluster, disk.volid)
  const file = fileName(disk.volid)
  const pathOfState = (state: string): string => path.replace(file, `snap-${state}-${file}`)
  if (guest.runningSinceMs !== undefined) {
    tools.log('delete qemu external snapshot')
    tools.log(`stream intermediate snapshot ${name} to ${child ?? 'current'}`)
    tools.log(`stream-drive-${disk.key}: stream-job finished`)
    tools.log(`delete old ${pathOfState(name)}`)
    return
  }
  const target = child === undefined ? path : pathOfState(child)
  const label = volumeName(disk.volid)
  if (parent === undefined) {
    tools.log(`${label}: deleting snapshot '${name}' by commiting snapshot '${child ?? 'current'}'`)
    tools.log(`running 'qemu-img commit ${target}'`)
    return
  }
  tools.log(`${label}: deleting snapshot '${name}' by rebasing '${child ?? 'current'}' on top of '${parent}'`)
  tools.log(`running '/usr/bin/qemu-img rebase -b snap-${parent}-${file} -F qcow2 -f qcow2 ${target}'`)
}
