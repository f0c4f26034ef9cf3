/** What the laboratory built, stated as a person who built it would: tests compare it with what the product says. */

export type ExpectedSnapshot = {
  name: string
  parent: string | null
  /** The parent its own XML names, when the hypervisor no longer knows that snapshot; `parent` is then null. */
  parentMissing?: string
  kind: 'internal' | 'external'
  memory: 'none' | 'saved'
  /** File of the saved memory, where it is a file of its own. */
  memoryFile?: string
  /** State of the guest when it was taken. */
  state: 'running' | 'paused' | 'shutoff' | 'disk-snapshot'
  /** Per disk: how the snapshot holds it, and for external ones the overlay that was made at this moment. */
  disks: ExpectedDisk[]
}

export type ExpectedDisk = { target: string; mode: 'internal' | 'external' | 'excluded'; overlay?: string }

export type ExpectedGuest = {
  name: string
  uuid: string
  /** Why this guest is in the showcase. */
  about: string
  power: 'running' | 'paused' | 'stopped'
  managedSave: boolean
  firmware: 'bios' | 'uefi'
  tpm: boolean
  /** In the order they were taken. */
  snapshots: ExpectedSnapshot[]
  /** Parent of the current state; null when there is none. */
  current: string | null
  /** Per disk: the image the guest writes to, and the backing files below it, nearest first. */
  disks: { target: string; format: 'qcow2' | 'raw'; active: string; backing: string[] }[]
  /** Snapshots inside qcow2 images that libvirt has no metadata for. */
  unmanaged: { target: string; names: string[] }[]
}

export type ShowcaseKey =
  | 'linear'
  | 'branches'
  | 'memory'
  | 'external'
  | 'externalMemory'
  | 'rawAndQcow2'
  | 'handOverlay'
  | 'unmanaged'
  | 'deep'
  | 'mixed'
  | 'committed'
  | 'uefi'
  | 'tpm'
  | 'managedSave'
  | 'paused'
  | 'cloneOne'
  | 'cloneTwo'
  | 'lostParent'
  | 'hostileNames'
  | 'longName'
  | 'bare'

export type Showcase = {
  guests: Record<ShowcaseKey, ExpectedGuest>
  pool: string
  /** Files of the pool that no guest, no snapshot and no image's chain names. */
  orphans: string[]
  /** Memory files whose snapshot was deleted (libvirt 9.0 leaves them behind; 11 does not). */
  leakedMemory: string[]
  /** Images that more than one guest reads through. */
  sharedBases: string[]
}
