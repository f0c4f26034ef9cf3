/** A configuration as people compare it: then and now. */
import type { ConfigurationMap, GuestKind } from '@/lib/domain/inventory'
import type { Config } from '../wire'

/** What changes with every snapshot and says nothing of the guest, and what is nobody's business. */
const LEFT_OUT = new Set([
  'digest',
  'parent',
  'snaptime',
  'snapstate',
  'vmstate',
  'lock',
  'description',
  'pending',
  'cipassword',
  'sshkeys',
])

/** Flat names and values; `cpus` and `memory` as on every platform, the rest under Proxmox VE's own names. */
export function showConfiguration(config: Config, kind: GuestKind): ConfigurationMap {
  const shown: ConfigurationMap = {}
  const cpus = cpusOf(config, kind)
  if (cpus !== null) shown.cpus = String(cpus)
  shown.memory = `${memoryMib(config)} MiB`
  for (const key of Object.keys(config).sort()) {
    const value = config[key]
    if (value === undefined || LEFT_OUT.has(key) || FOLDED.has(key)) continue
    shown[key] = value
  }
  return shown
}

const FOLDED = new Set(['cores', 'sockets', 'memory'])

/** A container without `cores` may use all of its node's: how many, its configuration does not tell. */
export function cpusOf(config: Config, kind: GuestKind): number | null {
  const cores = positive(config.cores)
  if (kind === 'container') return cores
  return (cores ?? 1) * (positive(config.sockets) ?? 1)
}

/** `2048`, or `current=2048` since 8.1. 512 is Proxmox VE's default for both kinds. */
export const memoryMib = (config: Config): number => positive(config.memory?.replace(/^current=/, '')) ?? 512

function positive(text: string | undefined): number | null {
  const value = Number.parseInt(text ?? '', 10)
  return Number.isSafeInteger(value) && value > 0 ? value : null
}

/** `creation-qemu=10.0.13,ctime=1795235897` and the uuid: an id is used again, these are not. Null for a container. */
export function birthMarkOf(config: Config): string | null {
  const ctime = /(?:^|,)ctime=(\d+)/.exec(config.meta ?? '')?.[1]
  const uuid = /(?:^|,)uuid=([0-9a-fA-F-]+)/.exec(config.smbios1 ?? '')?.[1]?.toLowerCase()
  if (ctime === undefined && uuid === undefined) return null
  return `ctime=${ctime ?? ''} uuid=${uuid ?? ''}`
}
