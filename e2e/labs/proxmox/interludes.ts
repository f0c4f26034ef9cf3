import type { Cluster } from './cluster'
import { addBackup, addGuest, makeGuest } from './inventory'
import { holdFileLock, startGuest, stopGuest } from './power'
import { plantSnapshot } from './snapshot-create'
import type { Guest } from './state'

/**
 * What the recorder did between two exchanges without recording it: locks set with `qm set --lock`, states made in a
 * shell, a disk state removed behind Proxmox's back. Each runs before the exchange with its number.
 */
export const interludes: Readonly<Record<number, (cluster: Cluster) => void>> = {
  55: (cluster) => setReach(cluster, 'no-address'),
  56: (cluster) => setReach(cluster, 'refused'),
  145: (cluster) => {
    forget(guest(cluster, 102), 'longdesc', 'state_c')
    lock(cluster, 102, 'backup')
  },
  159: (cluster) => lock(cluster, 102, 'snapshot'),
  163: (cluster) => lock(cluster, 102, 'snapshot-delete'),
  175: (cluster) => lock(cluster, 102, 'rollback'),
  186: (cluster) => lock(cluster, 102, 'migrate'),
  189: (cluster) => lock(cluster, 102, undefined),
  // Unrecorded: state_c was the current parent again before it was deleted with its disk state gone.
  228: (cluster) => removeDiskState(cluster, 'dir1:102/vm-102-disk-0.qcow2', 'state_c'),
  243: (cluster) => lock(cluster, 102, undefined),
  // qmeventd's clean-up of the rollback in 273 holds the file lock.
  283: (cluster) => holdFileLock(cluster, guest(cluster, 101), 30_000),
  // Deleted again unrecorded, as was the state the first parallel create left.
  367: (cluster) => forget(guest(cluster, 101), 'right_after', 'live_disk'),
  406: (cluster) => lock(cluster, 201, 'backup'),
  411: (cluster) => lock(cluster, 201, undefined),
  416: (cluster) => plant(cluster, 105, 'tobeaborted'),
  462: (cluster) => {
    if (!guest(cluster, 101).snapshots.has('live_ram')) throw new Error('live_ram is gone')
  },
  509: (cluster) => {
    for (let index = 1; index <= 25; index++) {
      plant(cluster, 108, `auto${String(index).padStart(3, '0')}`, `auto snapshot ${index}`)
    }
  },
  511: (cluster) => plant(cluster, 102, 'keep_a'),
  524: (cluster) => addGuest(cluster.state, makeGuest('qemu', 120, 'pve1', { name: 'gone01', memory: '128' }), 0),
  529: (cluster) => {
    plant(cluster, 102, 'state_a', 'first state')
    plant(cluster, 102, 'state_b', 'child of a')
    guest(cluster, 102).config.parent = 'state_a'
    plant(cluster, 102, 'state_c', 'branch from a')
  },
  604: (cluster) => plant(cluster, 107, 'good_one'),
  501: (cluster) => {
    const [job] = cluster.state.backupJobs.values()
    if (job === undefined) throw new Error('no backup job was made')
    cluster.state.backupJobs.delete(job.id)
    job.id = '96bf24ff-8fde-4303-bedc-27aedec98a1d'
    cluster.state.backupJobs.set(job.id, job)
  },
  664: (cluster) => {
    addBackup(cluster, { subtype: 'lxc', vmid: 201, format: 'tar', size: 2_068_480, at: 1_795_236_888 })
    addBackup(cluster, { subtype: 'lxc', vmid: 201, format: 'tar', size: 2_068_480, at: 1_795_236_942 })
    addBackup(cluster, {
      subtype: 'qemu',
      vmid: 101,
      format: 'vma.zst',
      size: 2743,
      at: 1_795_236_941,
      notes: 'web01 lab',
    })
    addBackup(cluster, { subtype: 'qemu', vmid: 102, format: 'vma.zst', size: 5435, at: 1_795_236_940 })
    addBackup(cluster, { subtype: 'qemu', vmid: 102, format: 'vma', size: 34_304, at: 1_795_236_942 })
  },
  901: (cluster) => {
    // The recorder started the server anew: histories begin there, VM 104 is off, VM 101 runs.
    for (const node of cluster.state.nodes.values()) node.bootMs = 1_795_237_980_000
    stopGuest(guest(cluster, 104))
    delete guest(cluster, 107).config.unused0
    cluster.state.volumes.delete('dir1:107/vm-107-disk-1.raw')
    if (guest(cluster, 101).runningSinceMs === undefined) startGuest(cluster, guest(cluster, 101), 'root@pam')
  },
  961: (cluster) => {
    guest(cluster, 101).agentRuns = false
  },
  969: (cluster) => {
    guest(cluster, 101).agentRuns = false
  },
  970: (cluster) => {
    guest(cluster, 101).agentRuns = false
  },
  // The agent came up between 970 and 971.
  971: (cluster) => {
    guest(cluster, 101).agentRuns = true
  },
}

function guest(cluster: Cluster, vmid: number): Guest {
  const found = cluster.state.guests.get(vmid)
  if (found === undefined) throw new Error(`no guest ${vmid}`)
  return found
}

function setReach(cluster: Cluster, reach: 'no-address' | 'refused'): void {
  const node = cluster.state.nodes.get('pve2')
  if (node !== undefined) node.reach = reach
}

function lock(cluster: Cluster, vmid: number, value: string | undefined): void {
  const { config } = guest(cluster, vmid)
  if (value === undefined) delete config.lock
  else config.lock = value
}

function forget(target: Guest, name: string, parent: string): void {
  target.snapshots.delete(name)
  target.config.parent = parent
  delete target.config.lock
}

function removeDiskState(cluster: Cluster, volid: string, name: string): void {
  const volume = cluster.state.volumes.get(volid)
  if (volume !== undefined) volume.snapshots = volume.snapshots.filter((each) => each !== name)
}

function plant(cluster: Cluster, vmid: number, name: string, description = ''): void {
  const target = guest(cluster, vmid)
  if (!target.snapshots.has(name)) {
    plantSnapshot(cluster, target, { name, snaptime: Math.floor(cluster.clock.now() / 1000), description })
  }
}
