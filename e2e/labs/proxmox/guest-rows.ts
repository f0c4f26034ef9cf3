import { type Cluster, lockOf, nowSeconds } from './cluster'
import { abilityOf, bytesOfSize, disksOf, volumeOf } from './disks'
import type { Guest, Node, Storage } from './state'

/** A guest as the lists and the status show it. The recorded server's figures for memory and CPU are 0, as here. */

const memoryBytes = (guest: Guest): number => Number(guest.config.memory ?? 512) * 1024 * 1024

const guestName = (guest: Guest): string =>
  String(
    guest.config[guest.kind === 'qemu' ? 'name' : 'hostname'] ??
      (guest.kind === 'qemu' ? `VM ${guest.vmid}` : `CT${guest.vmid}`),
  )

/** Provisioned size of the boot disk: what `maxdisk` means. */
function maxDisk(cluster: Cluster, guest: Guest): number {
  const disks = disksOf(guest.config)
  const boot = /order=([^;,]+)/.exec(String(guest.config.boot ?? ''))?.[1]
  const disk = disks.find((each) => each.key === (guest.kind === 'lxc' ? 'rootfs' : boot)) ?? disks[0]
  if (disk === undefined) return 0
  const configured = bytesOfSize(disk.options.size ?? '')
  if (configured > 0) return configured
  // A btrfs subvolume has no size of its own; PVE takes 4 GiB then (recorded, 45).
  if (guest.kind === 'lxc') return 4 * 1024 ** 3
  return volumeOf(cluster, disk.volid)?.size ?? 0
}

const uptimeOf = (cluster: Cluster, guest: Guest): number =>
  guest.runningSinceMs === undefined ? 0 : Math.max(1, nowSeconds(cluster) - Math.floor(guest.runningSinceMs / 1000))

const PRESSURE = {
  pressurecpufull: 0,
  pressurecpusome: 0,
  pressureiofull: 0,
  pressureiosome: 0,
  pressurememoryfull: 0,
  pressurememorysome: 0,
}

/** One row of /nodes/{node}/qemu. */
export function qemuRow(cluster: Cluster, guest: Guest, full: boolean): Record<string, unknown> {
  const running = guest.runningSinceMs !== undefined
  return {
    vmid: guest.vmid,
    name: guestName(guest),
    status: running ? 'running' : 'stopped',
    cpu: 0,
    cpus: Number(guest.config.cores ?? 1) * Number(guest.config.sockets ?? 1),
    mem: 0,
    memhost: 0,
    maxmem: memoryBytes(guest),
    disk: 0,
    maxdisk: maxDisk(cluster, guest),
    netin: 0,
    netout: 0,
    uptime: uptimeOf(cluster, guest),
    ...(guest.config.serial0 === undefined ? {} : { serial: 1 }),
    ...(guest.config.tags === undefined ? {} : { tags: guest.config.tags }),
    ...(guest.config.template === 1 ? { template: 1 } : {}),
    ...(lockOf(guest) === undefined ? {} : { lock: lockOf(guest) }),
    ...(full ? { qmpstatus: running ? 'running' : 'stopped' } : {}),
    ...(running ? { pid: guest.pid, ...PRESSURE } : {}),
    ...(running && full ? { diskread: 6656, diskwrite: 0 } : {}),
  }
}

/** One row of /nodes/{node}/lxc, and the status of a container. */
export function lxcRow(cluster: Cluster, guest: Guest): Record<string, unknown> {
  const running = guest.runningSinceMs !== undefined
  return {
    vmid: guest.vmid,
    name: guestName(guest),
    type: 'lxc',
    status: running ? 'running' : 'stopped',
    cpu: 0,
    cpus: Number(guest.config.cores ?? 2),
    mem: 0,
    maxmem: memoryBytes(guest),
    swap: 0,
    maxswap: Number(guest.config.swap ?? 512) * 1024 * 1024,
    disk: 0,
    maxdisk: maxDisk(cluster, guest),
    diskread: 0,
    diskwrite: 0,
    netin: 0,
    netout: 0,
    uptime: uptimeOf(cluster, guest),
    ...(guest.config.tags === undefined ? {} : { tags: guest.config.tags }),
    ...(guest.config.template === 1 ? { template: 1 } : {}),
    ...(lockOf(guest) === undefined ? {} : { lock: lockOf(guest) }),
    ...(running ? { pid: guest.pid } : {}),
  }
}

/** /status/current of a VM. */
export function qemuStatus(cluster: Cluster, guest: Guest): Record<string, unknown> {
  const row = qemuRow(cluster, guest, true)
  const common = {
    ...row,
    ha: { managed: guest.haManaged ? 1 : 0 },
    ...(guest.config.agent === '1' ? { agent: 1 } : {}),
  }
  if (guest.runningSinceMs === undefined) return common
  const bytes = memoryBytes(guest)
  return {
    ...common,
    balloon: bytes,
    ballooninfo: { actual: bytes, max_mem: bytes },
    'running-machine': 'pc-i440fx-10.0+pve1',
    'running-qemu': '10.0.13',
    blockstat: Object.fromEntries(
      disksOf(guest.config).map((disk) => [disk.key, blockStatistics(uptimeOf(cluster, guest))]),
    ),
    'proxmox-support': {
      'backup-access-api': true,
      'backup-fleecing': true,
      'backup-max-workers': true,
      'pbs-dirty-bitmap': true,
      'pbs-dirty-bitmap-migration': true,
      'pbs-dirty-bitmap-savevm': true,
      'pbs-library-version': 'stub',
      'pbs-masterkey': true,
      'query-bitmap-info': true,
    },
  }
}

/** `idle_time_ns` comes with the first access to the disk, some seconds after the start. */
function blockStatistics(uptime: number): Record<string, unknown> {
  const counters = ['rd', 'wr', 'unmap', 'flush', 'zone_append']
  const figures: Record<string, unknown> = { timed_stats: [], account_invalid: true, account_failed: true }
  for (const name of counters) {
    figures[`${name}_operations`] = 0
    figures[`${name}_total_time_ns`] = 0
    figures[`failed_${name}_operations`] = 0
    figures[`invalid_${name}_operations`] = 0
    if (name === 'flush') continue
    figures[`${name}_bytes`] = 0
    figures[`${name}_merged`] = 0
  }
  figures.wr_highest_offset = 0
  if (uptime > 5) figures.idle_time_ns = 6_235_420_399
  return figures
}

/** A guest's row of /cluster/resources; a node that is down leaves `unknown` without a name. */
export function resourceRow(cluster: Cluster, guest: Guest, node: Node | undefined): Record<string, unknown> {
  const row: Record<string, unknown> = {
    id: `${guest.kind}/${guest.vmid}`,
    type: guest.kind,
    vmid: guest.vmid,
    node: guest.node,
    template: guest.config.template === 1 ? 1 : 0,
    status: 'unknown',
  }
  if (node === undefined || !isUp(node)) return row
  const running = guest.runningSinceMs !== undefined
  row.name = guestName(guest)
  row.status = running ? 'running' : 'stopped'
  row.cpu = 0
  row.maxcpu = Number(guest.config.cores ?? (guest.kind === 'lxc' ? 2 : 1)) * Number(guest.config.sockets ?? 1)
  row.mem = 0
  row.memhost = 0
  row.maxmem = memoryBytes(guest)
  row.disk = 0
  row.maxdisk = maxDisk(cluster, guest)
  row.diskread = running ? 6656 : 0
  row.diskwrite = 0
  row.netin = 0
  row.netout = 0
  row.uptime = uptimeOf(cluster, guest)
  if (guest.config.tags !== undefined) row.tags = guest.config.tags
  if (guest.config.lock !== undefined) row.lock = guest.config.lock
  return row
}

export const isUp = (node: Node): boolean => node.reach === 'local' || node.reach === 'online'

/** A storage's row of /cluster/resources. */
export function storageResourceRow(storage: Storage, node: string, content: string): Record<string, unknown> {
  return {
    id: `storage/${node}/${storage.id}`,
    type: 'storage',
    storage: storage.id,
    node,
    plugintype: storage.type,
    content,
    shared: storage.shared ? 1 : 0,
    status: storage.active ? 'available' : 'unknown',
    ...(storage.active ? { disk: storage.used, maxdisk: storage.total } : {}),
  }
}

/** Every disk can snapshot; `nodes` only for VMs (recorded, 64 and 368). */
export function snapshotFeature(cluster: Cluster, guest: Guest): Record<string, unknown> {
  const able = disksOf(guest.config).every((disk) => abilityOf(cluster, disk) !== 'none')
  return guest.kind === 'qemu' ? { hasFeature: able ? 1 : 0, nodes: [guest.node] } : { hasFeature: able ? 1 : 0 }
}
