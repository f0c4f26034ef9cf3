/** How much of a storage a guest can truly write, and what says so. */
import type { EffectiveSpace, QuotaTold } from '@/lib/domain/storage'
import type { Bytes } from '@/lib/domain/units'

/** Pools of libvirt that are a file system: it takes their figures from statvfs. */
const FILE_SYSTEMS: ReadonlySet<string> = new Set(['dir', 'fs', 'netfs', 'gluster', 'vstorage'])

/**
 * The space a writer without root's reserve has. libvirt's pool counts blocks reserved for root as free, so that its
 * figure is an upper bound; where the file system itself was asked, that answer counts. Of a ZFS or Ceph pool it tells
 * what lies below: the whole zpool's blocks, parity among them, and the raw bytes of the cluster.
 */
export function effectiveSpace(storage: {
  source: string
  type: string
  capacityBytes: Bytes | null
  usedBytes: Bytes | null
  availableBytes: Bytes | null
  usableBytes: Bytes | null
}): EffectiveSpace {
  const { source, type, capacityBytes, usedBytes, availableBytes, usableBytes } = storage
  if (usableBytes !== null && usedBytes !== null) {
    return {
      capacityBytes: usedBytes + usableBytes,
      availableBytes: usableBytes,
      confidence: 'exact',
      source: 'file-system',
    }
  }
  if (capacityBytes === null) return { capacityBytes, availableBytes, confidence: 'unknown', source: 'not-told' }
  const bound = source === 'libvirt-pool' ? upperBoundOf(type) : null
  return bound === null
    ? { capacityBytes, availableBytes, confidence: 'exact', source: 'told' }
    : { capacityBytes, availableBytes, confidence: 'at-most', source: bound }
}

/** Why libvirt's figure for a kind of pool is only an upper bound; null = it is exact (LVM's own extents). */
function upperBoundOf(type: string): EffectiveSpace['source'] | null {
  if (type === 'zfs') return 'whole-zpool'
  if (type === 'rbd') return 'raw-cluster'
  return type === 'logical' ? null : 'pool-upper-bound'
}

/** Storages of Proxmox VE that are a directory, measured by df. */
const DIRECTORIES: ReadonlySet<string> = new Set(['dir', 'nfs', 'cifs', 'cephfs', 'btrfs', 'glusterfs'])

/** Where a quota on a storage shows, as its hypervisor measures it; null = this kind of storage has none. */
export function quotaTold({ source, type }: { source: string; type: string }): QuotaTold | null {
  if (source === 'libvirt-pool') {
    if (FILE_SYSTEMS.has(type)) return 'directory'
    return type === 'zfs' || type === 'rbd' ? 'not-told' : null
  }
  if (source !== 'proxmox-status') return null
  if (DIRECTORIES.has(type)) return 'directory'
  if (type === 'zfspool') return 'dataset'
  return type === 'rbd' ? 'not-told' : null
}
