import type { Cluster } from './cluster'
import type { Guest, GuestConfig, Storage, Volume } from './state'

/** Which volumes a configuration names and what their storages can do with a snapshot. */

export interface Disk {
  /** scsi0, rootfs, mp1, unused0, … */
  key: string
  volid: string
  storage: string
  options: Readonly<Record<string, string>>
}

const DISK_KEY = /^((ide|sata|scsi|virtio|efidisk|tpmstate|mp|unused)\d+|rootfs)$/

/** A configuration's volumes; CD drives and empty slots are none. */
export function disksOf(config: GuestConfig, withUnused = false): Disk[] {
  return Object.entries(config)
    .filter(([key]) => DISK_KEY.test(key) && (withUnused || !key.startsWith('unused')))
    .map(([key, value]) => {
      const [volid = '', ...rest] = String(value).split(',')
      const options = Object.fromEntries(rest.map((option) => option.split('=') as [string, string]))
      return { key, volid, storage: volid.split(':')[0] ?? '', options }
    })
    .filter((disk) => disk.volid.includes(':') && disk.options.media !== 'cdrom')
    .sort((left, right) => (left.key < right.key ? -1 : 1))
}

/** `none`: refused; `chain`: a file for each state, newest only; `newest`: ZFS; `any`: any state can come back. */
export type SnapshotAbility = 'none' | 'any' | 'newest' | 'chain'

/** From PVE::Storage's plugins, 9.1.7 [code]; dir, chain and btrfs are recorded. */
function snapshotAbility(storage: Storage | undefined, format: string): SnapshotAbility {
  if (storage === undefined) return 'none'
  const chained = storage.options['snapshot-as-volume-chain'] === 1
  switch (storage.type) {
    case 'dir':
    case 'nfs':
    case 'cifs':
      if (format !== 'qcow2') return 'none'
      return chained ? 'chain' : 'any'
    case 'lvm':
      return chained && format === 'qcow2' ? 'chain' : 'none'
    case 'btrfs':
      return ['raw', 'subvol', 'qcow2'].includes(format) ? 'any' : 'none'
    case 'lvmthin':
    case 'rbd':
      return 'any'
    case 'zfspool':
    case 'zfs':
      return 'newest'
    default:
      return 'none'
  }
}

export function volumeOf(cluster: Cluster, volid: string): Volume | undefined {
  return cluster.state.volumes.get(volid)
}

export function abilityOf(cluster: Cluster, disk: Disk): SnapshotAbility {
  const format = volumeOf(cluster, disk.volid)?.format ?? formatOf(disk.volid)
  return snapshotAbility(cluster.state.storages.get(disk.storage), format)
}

/** Every volume must be able to: one raw disk on a directory makes the whole guest not snapshotable. */
export function canSnapshot(cluster: Cluster, guest: Guest): boolean {
  const disks = disksOf(guest.config)
  return disks.every((disk) => abilityOf(cluster, disk) !== 'none')
}

export function formatOf(volid: string): string {
  return /\.(qcow2|raw|subvol|vmdk)$/.exec(volid)?.[1] ?? 'raw'
}

/** `102/vm-102-disk-0.qcow2` */
export const volumeName = (volid: string): string => volid.slice(volid.indexOf(':') + 1)

/** `vm-102-disk-0.qcow2` */
export const fileName = (volid: string): string => volumeName(volid).split('/').at(-1) ?? ''

/** Where a file-based storage keeps the volume. */
export function pathOf(cluster: Cluster, volid: string): string {
  const storage = cluster.state.storages.get(volid.split(':')[0] ?? '')
  const root = String(storage?.options.path ?? `/dev/${storage?.id ?? 'unknown'}`)
  const name = volumeName(volid)
  if (name.startsWith('backup/')) return `${root}/dump/${name.slice('backup/'.length)}`
  if (name.startsWith('vztmpl/')) return `${root}/template/cache/${name.slice('vztmpl/'.length)}`
  return storage?.options.path === undefined ? `${root}/${name}` : `${root}/images/${name}`
}

/** Bytes of `64M`, `4G`, `0T`. */
export function bytesOfSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(text)
  if (match === null) return 0
  const power = { '': 0, K: 1, M: 2, G: 3, T: 4 }[match[2] as '' | 'K' | 'M' | 'G' | 'T']
  return Math.round(Number(match[1]) * 1024 ** power)
}
