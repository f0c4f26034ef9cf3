/** Whether a storage is good for snapshots: slow, unsafe or impossible, and why. Facts of the field, by kind of storage. */
import type { HypervisorKind } from '@/lib/domain/connection'

export type Suitability = {
  verdict: 'good' | 'slow' | 'unsafe' | 'impossible' | 'unknown'
  /** each with a text in every language */
  because: readonly SuitabilityReason[]
}

export type SuitabilityReason =
  | 'redirect-on-write'
  | 'thin-copy-on-write'
  | 'thin-shares-space'
  | 'newest-only'
  | 'file-overlays'
  | 'raw-files-cannot'
  | 'qcow2-inside'
  | 'volume-chain-option'
  | 'raw-disks-cannot'
  | 'thick-lvm-cannot'
  | 'block-device-cannot'
  | 'network-file-locks'
  | 'delta-chains-slow'
  | 'backups-only'
  | 'not-known'

const because = (verdict: Suitability['verdict'], ...reasons: SuitabilityReason[]): Suitability => ({
  verdict,
  because: reasons,
})

/** Proxmox VE: what its storage plugins can do (their types as `pvesm` names them). */
const PROXMOX: Record<string, Suitability> = {
  zfspool: because('good', 'redirect-on-write', 'newest-only'),
  rbd: because('good', 'redirect-on-write'),
  lvmthin: because('unsafe', 'thin-copy-on-write', 'thin-shares-space'),
  lvm: because('impossible', 'thick-lvm-cannot'),
  iscsi: because('impossible', 'block-device-cannot'),
  iscsidirect: because('impossible', 'block-device-cannot'),
  dir: because('slow', 'qcow2-inside', 'volume-chain-option', 'raw-disks-cannot'),
  btrfs: because('good', 'redirect-on-write'),
  nfs: because('slow', 'qcow2-inside', 'volume-chain-option', 'network-file-locks', 'raw-disks-cannot'),
  cifs: because('slow', 'qcow2-inside', 'volume-chain-option', 'network-file-locks', 'raw-disks-cannot'),
  glusterfs: because('slow', 'qcow2-inside', 'network-file-locks', 'raw-disks-cannot'),
  pbs: because('impossible', 'backups-only'),
}

/** libvirt: pool types. A pool of files takes qcow2 snapshots inside and overlays beside; devices take none. */
const LIBVIRT: Record<string, Suitability> = {
  dir: because('slow', 'file-overlays', 'raw-files-cannot'),
  fs: because('slow', 'file-overlays', 'raw-files-cannot'),
  netfs: because('slow', 'file-overlays', 'network-file-locks', 'raw-files-cannot'),
  logical: because('impossible', 'thick-lvm-cannot'),
  disk: because('impossible', 'block-device-cannot'),
  iscsi: because('impossible', 'block-device-cannot'),
  'iscsi-direct': because('impossible', 'block-device-cannot'),
  scsi: because('impossible', 'block-device-cannot'),
  mpath: because('impossible', 'block-device-cannot'),
}

const NOT_KNOWN = because('unknown', 'not-known')

/** What a storage of this kind does to snapshots of guests on it. */
export function suitabilityOf(storage: { connectionKind: HypervisorKind; type: string }): Suitability {
  const type = storage.type.toLowerCase()
  switch (storage.connectionKind) {
    case 'proxmox':
      return lookUp(PROXMOX, type)
    case 'libvirt':
      return lookUp(LIBVIRT, type)
    case 'vsphere':
      return because('slow', 'delta-chains-slow')
  }
}

const lookUp = (table: Record<string, Suitability>, type: string): Suitability =>
  Object.hasOwn(table, type) ? (table[type] ?? NOT_KNOWN) : NOT_KNOWN
