/**
 * What can be done with a guest and, where it cannot, why. Storage decides (storage-rules.ts), then the guest, then what
 * our credentials may do. Locks and running tasks pass by themselves and are facts, not capabilities.
 */
import { type Capabilities, FEATURES, type Feature, type Support } from '@/lib/domain/capability'
import type { GuestKind, Power, Rights } from '@/lib/domain/inventory'
import type { Reason, UnsupportedCause } from '@/lib/domain/reason'
import type { Config } from '../wire'
import { type Drive, drivesOf, isSnapshotted } from './drives'
import { mayOn } from './rights'
import { KEEPS_QCOW2, type Reach, ruleFor } from './storage-rules'

export type StorageOf = (storage: string) => { type: string; chained: boolean } | null

export type CapabilityContext = {
  vmid: string
  kind: GuestKind
  power: Power
  template: boolean
  /** null = it could not be read */
  config: Config | null
  storageOf: StorageOf
  /** null = not told */
  rights: Rights | null
}

type No = Reason | null

/** Support for every feature; of a guest whose configuration was not read nothing is claimed. */
export function capabilitiesOf(context: CapabilityContext): Capabilities {
  const { config } = context
  if (config === null) return everything(() => ({ ok: false, why: { code: 'not-told', by: 'Proxmox VE' } }))
  const drives = drivesOf(config).filter(isSnapshotted)
  const reach = reachOf(drives, context.storageOf)
  const takes = cannotTake(context, drives)
  const no = (feature: Feature, because: UnsupportedCause): Reason => ({ code: 'unsupported', feature, because })
  // Nobody who may not see a storage's definition knows what it can do.
  const unknown: No = drives.some(({ storage }) => storage !== null && context.storageOf(storage) === null)
    ? { code: 'not-told', by: 'Proxmox VE' }
    : null
  const otherDriver: UnsupportedCause = { cause: 'driver', driver: 'Proxmox VE' }
  const take = missing(context, 'VM.Snapshot')
  const back = missing(context, 'VM.Snapshot', 'VM.Snapshot.Rollback')
  const answers: Record<Feature, No> = {
    'snapshot.internal': nullOr('snapshot.internal', takes, no) ?? unknown ?? take,
    'snapshot.external': no('snapshot.external', otherDriver),
    'snapshot.memory': nullOr('snapshot.memory', cannotSaveMemory(context, config) ?? takes, no) ?? unknown ?? take,
    'snapshot.quiesce': nullOr('snapshot.quiesce', cannotFreeze(context, config) ?? takes, no) ?? unknown ?? take,
    'snapshot.delete': take,
    'rollback.internal':
      nullOr('rollback.internal', context.template ? { cause: 'template' } : cannotReach(drives, context), no) ??
      unknown ??
      back,
    'rollback.external': no('rollback.external', otherDriver),
    // Proxmox VE folds a layer away by deleting the snapshot; there is no merge of its own to ask for.
    'chain.merge': no('chain.merge', otherDriver),
  }
  return everything((feature) => {
    const why = answers[feature]
    if (why !== null) return { ok: false, why }
    return feature === 'rollback.internal' ? { ok: true, limits: { reach } } : { ok: true }
  })
}

const everything = (decide: (feature: Feature) => Support): Capabilities =>
  Object.fromEntries(FEATURES.map((feature) => [feature, decide(feature)])) as Capabilities

const nullOr = (
  feature: Feature,
  because: UnsupportedCause | null,
  no: (feature: Feature, because: UnsupportedCause) => Reason,
): No => (because === null ? null : no(feature, because))

/** Every volume must be able to (PVE::AbstractConfig has_feature): one that cannot keeps the whole guest from it. */
function cannotTake(context: CapabilityContext, drives: readonly Drive[]): UnsupportedCause | null {
  // Recorded: "you can't take a snapshot if it's a template".
  if (context.template) return { cause: 'template' }
  return cannotReach(drives, context)
}

function cannotReach(drives: readonly Drive[], { kind, storageOf }: CapabilityContext): UnsupportedCause | null {
  for (const drive of drives) {
    const cause = driveCause(drive, kind, storageOf)
    if (cause !== null) return cause
  }
  return null
}

function driveCause(drive: Drive, kind: GuestKind, storageOf: StorageOf): UnsupportedCause | null {
  if (drive.storage === null) {
    // PVE::Storage::volume_has_feature knows no storage for a path of the node.
    return kind === 'container'
      ? { cause: 'bind-mount', disk: drive.key }
      : { cause: 'passthrough', device: drive.path ?? drive.key }
  }
  const storage = storageOf(drive.storage)
  if (storage === null) return null
  if (ruleFor(storage, drive.format) !== null) return null
  if (!KEEPS_QCOW2.includes(storage.type)) return { cause: 'storage-type', type: storage.type }
  // Recorded 64 and 370: hasFeature 0. A TPM's state on a directory is always raw (seen; every Windows 11 guest).
  if (drive.key.startsWith('tpmstate') && drive.format === 'raw') return { cause: 'raw-tpm', disk: drive.key }
  if (drive.format === 'raw') return { cause: 'raw-disk', disk: drive.key }
  return { cause: 'disk-format', disk: drive.key, format: drive.format }
}

/** The strictest of its storages decides how far back it goes. */
function reachOf(drives: readonly Drive[], storageOf: StorageOf): Reach {
  const newest = drives.some((drive) => {
    const storage = drive.storage === null ? null : storageOf(drive.storage)
    return storage !== null && ruleFor(storage, drive.format)?.reach === 'newest-only'
  })
  return newest ? 'newest-only' : 'any'
}

function cannotSaveMemory({ kind, power }: CapabilityContext, config: Config): UnsupportedCause | null {
  // Recorded 369: containers do not know the parameter.
  if (kind === 'container') return { cause: 'not-a-virtual-machine' }
  // Recorded: on a stopped guest vmstate=1 is silently ignored.
  if (power !== 'running' && power !== 'paused') return { cause: 'guest-off' }
  const device = Object.keys(config).find((key) => /^hostpci\d+$/.test(key))
  // QEMU cannot save the memory of a guest that holds a device of the node.
  return device === undefined ? null : { cause: 'passthrough', device }
}

/** No parameter asks for it: Proxmox VE freezes whenever the agent is on and freeze-fs-on-backup is not 0 [code]. */
function cannotFreeze({ kind, power }: CapabilityContext, config: Config): UnsupportedCause | null {
  if (kind === 'container') return { cause: 'not-a-virtual-machine' }
  if (power !== 'running') return { cause: 'guest-off' }
  return agentIsOn(config) && !/(?:^|,)freeze-fs-on-backup=0(?:,|$)/.test(config.agent ?? '')
    ? null
    : { cause: 'no-agent' }
}

/** `1`, `enabled=1,fstrim_cloned_disks=1` */
export const agentIsOn = (config: Config): boolean =>
  /^(?:1|enabled=1)(?:,|$)|,enabled=1(?:,|$)/.test(config.agent ?? '')

/** Recorded 190 to 230: VM.Snapshot for all of it; rolling back also with VM.Snapshot.Rollback alone. */
function missing({ vmid, rights }: CapabilityContext, ...anyOf: string[]): No {
  if (rights === null || anyOf.some((privilege) => mayOn(rights, `/vms/${vmid}`, privilege))) return null
  return { code: 'not-permitted', privilege: anyOf.join(' or '), path: `/vms/${vmid}` }
}
