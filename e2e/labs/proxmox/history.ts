import { Refusal } from './answer'
import { type Cluster, nowSeconds } from './cluster'
import { lxcRow, qemuRow } from './guest-rows'
import type { Guest } from './state'

/** rrddata: evenly spaced rows up to now; older ones are only a `time` while nothing was recorded yet. */

/** Seconds between rows and rows in a window, from the recorded answers (`hour`, `month`) and [code]. */
const WINDOWS: Readonly<Record<string, { step: number; rows: number }>> = {
  hour: { step: 60, rows: 60 },
  day: { step: 60, rows: 1440 },
  week: { step: 1800, rows: 336 },
  month: { step: 1800, rows: 1440 },
  year: { step: 21_600, rows: 1460 },
}

function series(
  cluster: Cluster,
  timeframe: string,
  sinceSeconds: number,
  row: (ageSeconds: number) => Record<string, number>,
): unknown[] {
  const window = WINDOWS[timeframe] ?? { step: 60, rows: 60 }
  const newest = Math.floor(nowSeconds(cluster) / window.step) * window.step
  return Array.from({ length: window.rows }, (_, index) => {
    const time = newest - (window.rows - 1 - index) * window.step
    return time < sinceSeconds ? { time } : { time, ...row(nowSeconds(cluster) - time) }
  })
}

const bootOf = (cluster: Cluster): number =>
  Math.floor(Math.min(...[...cluster.state.nodes.values()].map((node) => node.bootMs)) / 1000)

/** Used space grew by this share of the storage each day: a forecast has something to find. */
const DAILY_GROWTH = 0.004

export function storageRrd(cluster: Cluster, node: string, id: string, timeframe: string): unknown[] {
  const storage = cluster.state.storages.get(id)
  if (storage === undefined || !storage.hasHistory) {
    throw new Refusal(
      500,
      `RRD error: rrdcached@unix:/var/run/rrdcached.sock: rrd_fetch_r failed: opening '/var/lib/rrdcached/db/pve-storage-9.0/${node}/${id}': No such file or directory\n`,
    )
  }
  return series(cluster, timeframe, bootOf(cluster), (age) => ({
    total: storage.total,
    used: Math.max(0, storage.used - (storage.total * DAILY_GROWTH * age) / 86_400),
  }))
}

export function guestRrd(cluster: Cluster, guest: Guest, timeframe: string): unknown[] {
  const row = guest.kind === 'qemu' ? qemuRow(cluster, guest, true) : lxcRow(cluster, guest)
  const sizes = { maxcpu: Number(row.cpus), maxmem: Number(row.maxmem), maxdisk: Number(row.maxdisk), disk: 0 }
  const live = {
    cpu: 0.02,
    mem: 0,
    memhost: 0,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    pressurecpufull: 0,
    pressurecpusome: 0,
    pressureiofull: 0,
    pressureiosome: 0,
    pressurememoryfull: 0,
    pressurememorysome: 0,
  }
  const running = guest.runningSinceMs !== undefined
  return series(cluster, timeframe, bootOf(cluster), () => (running ? { ...sizes, ...live } : sizes))
}

export function nodeRrd(cluster: Cluster, timeframe: string): unknown[] {
  return series(cluster, timeframe, bootOf(cluster), () => ({
    cpu: 0.03,
    iowait: 0.001,
    loadavg: 0.5,
    maxcpu: 2,
    memtotal: 25_276_510_208,
    memused: 1_871_710_082,
    memavailable: 23_404_800_125,
    swaptotal: 0,
    swapused: 0,
    roottotal: 270_553_174_016,
    rootused: 46_022_316_533,
    netin: 0,
    netout: 0,
    arcsize: 0,
    pressurecpusome: 1.3,
    pressureiofull: 0.1,
    pressureiosome: 0.15,
    pressurememoryfull: 0,
    pressurememorysome: 0,
  }))
}
