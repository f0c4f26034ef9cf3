/** The volumes a configuration names, QEMU's drives and containers' mount points alike. */
import type { Bytes } from '@/lib/domain/units'
import type { Config } from '../wire'

export type Drive = {
  /** scsi0, rootfs, mp1, tpmstate0, unused0 */
  key: string
  /** `dir1:102/vm-102-disk-0.qcow2`; null = a path of the node, or an empty drive */
  volume: string | null
  /** a directory or device of the node that is not Proxmox VE's to snapshot */
  path: string | null
  storage: string | null
  format: string
  cdrom: boolean
  readOnly: boolean
  shared: boolean
  /** what the guest sees, as the configuration says */
  bytes: Bytes | null
}

const DRIVE_KEY = /^(?:(?:ide|sata|scsi|virtio|efidisk|tpmstate|mp|unused)\d+|rootfs)$/

/** Every drive in order of its name. */
export function drivesOf(config: Config): Drive[] {
  return Object.entries(config)
    .filter(([key]) => DRIVE_KEY.test(key))
    .map(([key, value]) => driveOf(key, value))
    .sort((a, b) => compareNames(a.key, b.key))
}

/** Unused volumes belong to the guest, but no snapshot takes them. */
export const isUnused = (drive: Drive): boolean => drive.key.startsWith('unused')

/**
 * What a snapshot has to be able to take. A CD drive is left out; a cloud-init drive is a volume of the guest although
 * it is shown to it as a CD (PVE::QemuServer::Drive, drive_is_cdrom with exclude_cloudinit).
 */
export const isSnapshotted = (drive: Drive): boolean =>
  !isUnused(drive) && (!drive.cdrom || isCloudInit(drive)) && (drive.volume !== null || drive.path !== null)

const isCloudInit = (drive: Drive): boolean => /(?:^|[/:-])vm-\d+-cloudinit(?:\.|$)/.test(drive.volume ?? '')

function driveOf(key: string, value: string): Drive {
  const parts = value.split(',')
  const options = new Map(
    parts.flatMap((part, index) => {
      const at = part.indexOf('=')
      return at < 0
        ? index === 0
          ? [['file', part] as const]
          : []
        : [[part.slice(0, at), part.slice(at + 1)] as const]
    }),
  )
  const named = options.get('file') ?? options.get('volume') ?? ''
  const volume = /^[A-Za-z][\w.-]*:./.test(named) ? named : null
  return {
    key,
    volume,
    path: named.startsWith('/') ? named : null,
    storage: volume === null ? null : volume.slice(0, volume.indexOf(':')),
    format: options.get('format') ?? formatOf(named),
    cdrom: options.get('media') === 'cdrom',
    readOnly: options.get('ro') === '1',
    shared: options.get('shared') === '1' || options.get('shareable') === '1',
    bytes: bytesOf(options.get('size')),
  }
}

/** Block storages name a volume without an ending: raw, except where a volume chain is kept on it. */
const formatOf = (name: string): string => /\.(qcow2|raw|vmdk|subvol)$/.exec(name)?.[1] ?? 'raw'

const UNITS = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3, T: 1024 ** 4 } as const

/** `64M`, `32G`; `0T` is how a subvolume without a quota is written, and tells nothing. */
function bytesOf(size: string | undefined): Bytes | null {
  const [, digits, unit = ''] = /^(\d+(?:\.\d+)?)([KMGT]?)$/.exec(size ?? '') ?? []
  if (digits === undefined) return null
  const bytes = Math.round(Number(digits) * UNITS[unit as keyof typeof UNITS])
  return bytes > 0 && Number.isSafeInteger(bytes) ? bytes : null
}

/** `scsi2` before `scsi10`, whatever the machine's language. */
export const compareNames = (a: string, b: string): number => {
  const [, wordA = a, digitsA = ''] = /^(.*?)(\d*)$/.exec(a) ?? []
  const [, wordB = b, digitsB = ''] = /^(.*?)(\d*)$/.exec(b) ?? []
  if (wordA !== wordB) return wordA < wordB ? -1 : 1
  return Number(digitsA) - Number(digitsB)
}
