import type { Cluster } from './cluster'
import { volumeOf } from './disks'

/**
 * What somebody types on the node, beside the API: `qm unlock 102`, `pct unlock 201`, and what happens behind Proxmox's
 * back: `lose-state VOLID NAME` and `restore-state VOLID NAME` of a storage, `lose-quorum` and `regain-quorum` of the
 * cluster's other nodes. Undefined = done, else why not.
 */
export function runOnNode(cluster: Cluster, line: string): string | undefined {
  const [program = '', ...words] = line.trim().split(/\s+/)
  if (program === 'qm' || program === 'pct') return unlock(cluster, program === 'qm' ? 'qemu' : 'lxc', words)
  if (program === 'lose-quorum' || program === 'regain-quorum') {
    // A server by itself always has quorum; what loses it has others around it.
    cluster.state.clusterName = 'lab'
    cluster.state.quorate = program === 'regain-quorum'
    return undefined
  }
  const [volid = '', name = ''] = words
  const volume = volumeOf(cluster, volid)
  if (volume === undefined || name === '') return 'no such volume'
  switch (program) {
    case 'lose-state':
      volume.snapshots = volume.snapshots.filter((each) => each !== name)
      return undefined
    case 'restore-state':
      volume.snapshots = [...volume.snapshots.filter((each) => each !== name), name]
      return undefined
    default:
      return 'no such program'
  }
}

function unlock(cluster: Cluster, kind: 'qemu' | 'lxc', [verb, vmid]: readonly string[]): string | undefined {
  const guest = [...cluster.state.guests.values()].find((each) => each.kind === kind && String(each.vmid) === vmid)
  if (verb !== 'unlock' || guest === undefined) return 'no such guest'
  delete guest.config.lock
  return undefined
}
