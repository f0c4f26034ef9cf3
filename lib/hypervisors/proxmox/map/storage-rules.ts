/**
 * What each storage can do with snapshots: one table, each row with the source that makes it so. The planner, the
 * tooltip and the sizes read it from here alone; capabilities.test.ts holds every row against the laboratory.
 */
import type { SizeSource } from '@/lib/domain/snapshot'

export type Reach = 'any' | 'newest-only'

export type StorageRule = {
  types: readonly string[]
  formats: readonly string[]
  /** only with, or only without, `snapshot-as-volume-chain`; null = either way */
  chained: boolean | null
  reach: Reach
  /** how snapshots are kept, which decides what is told of their size */
  kept: 'internal' | 'chain' | 'thin' | 'zfs' | 'rbd' | 'btrfs'
  /** a recording by its number, or the file of Proxmox VE's source */
  source: string
}

export const STORAGE_RULES: readonly StorageRule[] = [
  {
    types: ['dir'],
    formats: ['qcow2'],
    chained: false,
    reach: 'any',
    kept: 'internal',
    source: 'recorded 66 to 120: qcow2 on dir1, rolled back to any',
  },
  {
    types: ['nfs', 'cifs', 'glusterfs'],
    formats: ['qcow2'],
    chained: false,
    reach: 'any',
    kept: 'internal',
    source: 'PVE/Storage/Plugin.pm volume_has_feature: qcow2 snapshot',
  },
  {
    types: ['dir'],
    formats: ['qcow2'],
    chained: true,
    reach: 'newest-only',
    kept: 'chain',
    source: "recorded 436 to 461: can't rollback, 'vc_a' is not most recent snapshot",
  },
  {
    types: ['nfs', 'cifs', 'lvm'],
    formats: ['qcow2'],
    chained: true,
    reach: 'newest-only',
    kept: 'chain',
    source: 'PVE/Storage/Plugin.pm and LVMPlugin.pm volume_rollback_is_possible',
  },
  {
    types: ['btrfs'],
    formats: ['raw', 'subvol'],
    chained: null,
    reach: 'any',
    kept: 'btrfs',
    source: 'recorded group btrfs: VM 105 and container 201',
  },
  {
    types: ['btrfs'],
    formats: ['qcow2'],
    chained: null,
    reach: 'any',
    kept: 'internal',
    source: 'PVE/Storage/BTRFSPlugin.pm volume_has_feature',
  },
  {
    types: ['lvmthin'],
    formats: ['raw'],
    chained: null,
    reach: 'any',
    kept: 'thin',
    source: 'PVE/Storage/LvmThinPlugin.pm volume_has_feature',
  },
  {
    types: ['rbd'],
    formats: ['raw'],
    chained: null,
    reach: 'any',
    kept: 'rbd',
    source: 'PVE/Storage/RBDPlugin.pm volume_has_feature',
  },
  {
    types: ['zfspool'],
    formats: ['raw', 'subvol'],
    chained: null,
    reach: 'newest-only',
    kept: 'zfs',
    source: 'PVE/Storage/ZFSPoolPlugin.pm volume_rollback_is_possible',
  },
  {
    types: ['zfs'],
    formats: ['raw'],
    chained: null,
    reach: 'newest-only',
    kept: 'zfs',
    source: 'PVE/Storage/ZFSPlugin.pm, which inherits ZFSPoolPlugin.pm',
  },
]

/** The rule for a volume, null where its storage cannot take a snapshot of it. */
export const ruleFor = (storage: { type: string; chained: boolean }, format: string): StorageRule | null =>
  STORAGE_RULES.find(
    ({ types, formats, chained }) =>
      types.includes(storage.type) && formats.includes(format) && (chained === null || chained === storage.chained),
  ) ?? null

/** Storages that hold disks as files of several formats: there the format is what stands in the way, not the storage. */
export const KEEPS_QCOW2: readonly string[] = ['dir', 'nfs', 'cifs', 'glusterfs']

/** What Proxmox VE tells, or rather does not tell, of a snapshot's size, and what would. */
export const SIZE_SOURCES: Record<StorageRule['kept'], SizeSource> = {
  internal: 'internal-shared',
  chain: 'chain-file-unlisted',
  thin: 'thin-shared',
  zfs: 'zfs-shared',
  rbd: 'rbd-shared',
  btrfs: 'btrfs-shared',
}
