/** One guest: facts, disks, snapshots, configuration, capabilities and findings, from what was read of it. */
import type {
  CollectedGuest,
  GuestFacts,
  GuestFinding,
  GuestKind,
  Power,
  Rights,
  RunningTask,
  Section,
  SnapshotsOfGuest,
} from '@/lib/domain/inventory'
import { NOT_TOLD_OF_GUEST, read } from '@/lib/domain/inventory'
import type { Reason } from '@/lib/domain/reason'
import type { ChainImage, Disk, Snapshot } from '@/lib/domain/snapshot'
import { epochMillis, type Instant, MIB, type Millis, SECOND } from '@/lib/domain/units'
import type { Config, SnapshotRow, VolumeRow } from '../wire'
import { agentIsOn, capabilitiesOf, type StorageOf } from './capabilities'
import { birthMarkOf, cpusOf, memoryMib, showConfiguration } from './configuration'
import { type Drive, drivesOf, isSnapshotted } from './drives'
import { type DriveOnStorage, type MappedSnapshots, mapSnapshots } from './snapshots'
import { ruleFor } from './storage-rules'

/** Who a guest is and what it does, from a list; what only its configuration tells is not in here. */
export type GuestListed = {
  vmid: string
  kind: GuestKind
  node: string
  /** null = the list lacks it, as it does while its node or pvestatd is down */
  name: string | null
  status: string | null
  tags: string | null
  lock: string | null
  template: boolean
  cpus: number | null
  memoryBytes: number | null
}

export type GuestReading = {
  listed: GuestListed
  config: Section<Config>
  /** as last read, where it could not be read now */
  lastConfig: Config | null
  snapshots: Section<SnapshotRow[]>
}

/** What else decides about a guest. */
export type GuestSurroundings = {
  storageOf: StorageOf
  /** native id of a storage as seen from this guest's node */
  storageIdOf: (storage: string) => string
  /** of all volumes by their ids, as far as storages told them */
  volumeOf: (volid: string) => VolumeRow | null
  /** volumes of saved memory of this guest, by snapshot */
  memoryVolumes: ReadonlyMap<string, VolumeRow>
  rights: Rights | null
  ha: boolean | null
  replicated: boolean | null
  lastBackup: GuestFacts['lastBackup']
  tasks: RunningTask[] | null
  /** its lock has been there for a while, and no task with it */
  lockIsLeft: boolean
  now: Instant
  clockSkewMillis: Millis
}

/** A guest of which nothing but its place could be read; the store keeps what it knew. */
export function unreadGuest(listed: GuestListed, reason: Reason, tasks: RunningTask[] | null): CollectedGuest {
  return {
    facts: { ...bareFacts(listed), tasks },
    factsUnread: reason,
    disks: { status: 'unread', reason },
    snapshots: { status: 'unread', reason },
    configuration: { status: 'unread', reason },
    capabilities: capabilitiesOf({
      vmid: listed.vmid,
      kind: listed.kind,
      power: 'unknown',
      template: listed.template,
      config: null,
      storageOf: () => null,
      rights: null,
    }),
    findings: [],
  }
}

/** Maps what was read of a guest. What was not stays unread with its reason. */
export function mapGuest(reading: GuestReading, around: GuestSurroundings): CollectedGuest {
  const { listed } = reading
  const config = reading.config.status === 'read' ? reading.config.value : reading.lastConfig
  const drives = config === null ? [] : drivesOf(config)
  const placed = drives.filter(isSnapshotted).map((drive) => placeDrive(drive, around))
  const mapped =
    reading.snapshots.status === 'unread'
      ? null
      : mapSnapshots(reading.snapshots.value, {
          vmid: listed.vmid,
          drives: placed,
          memoryVolumes: around.memoryVolumes,
        })
  const facts = factsOf(listed, config, around)
  return {
    facts,
    ...(config === null && reading.config.status === 'unread' ? { factsUnread: reading.config.reason } : {}),
    disks: reading.config.status === 'unread' ? reading.config : read(mapDisks(drives, mapped, around)),
    snapshots: mapped === null ? asUnread(reading.snapshots) : read(sectionOf(mapped)),
    configuration:
      reading.config.status === 'unread' ? reading.config : read(showConfiguration(reading.config.value, listed.kind)),
    capabilities: capabilitiesOf({
      vmid: listed.vmid,
      kind: listed.kind,
      power: facts.power,
      template: facts.template,
      config: reading.config.status === 'unread' ? null : config,
      storageOf: around.storageOf,
      rights: around.rights,
    }),
    findings: findingsOf(facts, mapped, around),
  }
}

const asUnread = (section: Section<SnapshotRow[]>): Section<never> =>
  section.status === 'unread' ? section : { status: 'unread', reason: { code: 'not-told', by: 'Proxmox VE' } }

/** A guest that has no name yet is called by its number, as Proxmox VE's own tree does. */
const bareFacts = (listed: GuestListed): GuestFacts => ({
  nativeId: listed.vmid,
  name: listed.name ?? listed.vmid,
  node: listed.node,
  kind: listed.kind,
  power: powerOf(listed),
  tags: tagsOf(listed.tags),
  cpus: listed.cpus,
  memoryBytes: listed.memoryBytes,
  firmware: 'unknown',
  tpm: false,
  agent: 'unknown',
  managedSave: null,
  description: '',
  ...NOT_TOLD_OF_GUEST,
  lock: listed.lock,
  template: listed.template,
})

function factsOf(listed: GuestListed, config: Config | null, around: GuestSurroundings): GuestFacts {
  const { ha, replicated, lastBackup, tasks } = around
  const bare = { ...bareFacts(listed), ha, replicated, lastBackup, tasks }
  if (config === null) return bare
  const container = listed.kind === 'container'
  return {
    ...bare,
    name: config[container ? 'hostname' : 'name'] ?? bare.name,
    tags: tagsOf(config.tags ?? null),
    cpus: cpusOf(config, listed.kind) ?? listed.cpus,
    memoryBytes: memoryMib(config) * MIB,
    firmware: container ? 'unknown' : config.bios === 'ovmf' ? 'uefi' : 'bios',
    tpm: config.tpmstate0 !== undefined,
    agent: agentOf(listed, config, bare.power),
    description: (config.description ?? '').trimEnd(),
    // pvestatd's list lags the configuration by up to ten seconds; the configuration is the lock itself.
    lock: config.lock ?? null,
    template: config.template === '1' || listed.template,
    protected: config.protection === '1',
    birthMark: birthMarkOf(config),
  }
}

/** Whether the agent answers, Proxmox VE tells only who asks the guest itself: we do not, thousands of times. */
function agentOf({ kind }: GuestListed, config: Config, power: Power): GuestFacts['agent'] {
  if (kind === 'container' || !agentIsOn(config)) return 'not-configured'
  return power === 'stopped' ? 'absent' : 'unknown'
}

function powerOf({ status, lock }: GuestListed): Power {
  switch (status) {
    case 'running':
      return 'running'
    case 'paused':
    case 'prelaunch':
      return 'paused'
    case 'suspended':
      return 'suspended'
    case 'stopped':
      // Suspended to disk is a stopped process with a lock that says so.
      return lock === 'suspended' ? 'suspended' : 'stopped'
    default:
      return 'unknown'
  }
}

/** `db;prod`; older releases also took commas and spaces. */
const tagsOf = (text: string | null): string[] =>
  [...new Set((text ?? '').split(/[;,\s]+/).filter((tag) => tag !== ''))].sort()

function placeDrive(drive: Drive, { storageOf, volumeOf }: GuestSurroundings): DriveOnStorage {
  const storage = drive.storage === null ? null : storageOf(drive.storage)
  return {
    drive,
    rule: storage === null ? null : ruleFor(storage, drive.format),
    volume: drive.volume === null ? null : volumeOf(drive.volume),
  }
}

const sectionOf = ({ currentParentMissing: _named, ...section }: MappedSnapshots): SnapshotsOfGuest => section

function mapDisks(drives: readonly Drive[], snapshots: MappedSnapshots | null, around: GuestSurroundings): Disk[] {
  return drives
    .filter((drive) => !drive.key.startsWith('unused'))
    .map((drive): Disk => {
      const { rule, volume } = placeDrive(drive, around)
      const disk: Disk = {
        target: drive.key,
        device: drive.cdrom ? 'cdrom' : 'disk',
        readOnly: drive.readOnly || drive.cdrom,
        shareable: drive.shared,
        format: volume?.format ?? drive.format,
        virtualBytes: drive.bytes ?? positive(volume?.size),
        chain: drive.volume === null ? [] : chainOf(drive, volume, rule?.kept === 'chain' ? snapshots : null),
        ...(drive.storage === null ? {} : { storage: around.storageIdOf(drive.storage) }),
      }
      return disk
    })
}

const positive = (bytes: number | null | undefined): number | null => (bytes == null || bytes <= 0 ? null : bytes)

/** A subvolume's `used` is always 0: that is not told, not nothing. */
const usedOf = (volume: VolumeRow | null): number | null =>
  volume === null || volume.format === 'subvol' ? null : volume.used

/**
 * The images of a disk. A volume chain keeps one file for each snapshot below the top, named after it (recorded 438);
 * Proxmox VE lists only the top, so that of the others there is a name and no size.
 */
function chainOf(drive: Drive, volume: VolumeRow | null, chained: MappedSnapshots | null): ChainImage[] {
  const file = drive.volume ?? ''
  const top = {
    file,
    format: drive.format,
    allocatedBytes: usedOf(volume),
    virtualBytes: drive.bytes,
    unexplained: false,
  }
  if (chained === null) return [{ ...top, madeBySnapshot: null }]
  const ancestors = ancestorsOf(chained)
  const slash = Math.max(file.lastIndexOf('/'), file.indexOf(':'))
  return [
    { ...top, madeBySnapshot: ancestors[0]?.name ?? null },
    ...ancestors.map((snapshot, index) => ({
      file: `${file.slice(0, slash + 1)}snap-${snapshot.name}-${file.slice(slash + 1)}`,
      format: drive.format,
      allocatedBytes: null,
      virtualBytes: drive.bytes,
      madeBySnapshot: ancestors[index + 1]?.name ?? null,
      unexplained: false,
    })),
  ]
}

/** The snapshots the live state stands on, newest first. A parent that names itself in a circle ends the walk. */
function ancestorsOf({ items, currentParent }: MappedSnapshots): Snapshot[] {
  const byName = new Map(items.map((item) => [item.nativeId, item]))
  const line: Snapshot[] = []
  for (let at = currentParent; at !== null && line.length < items.length; ) {
    const snapshot: Snapshot | undefined = byName.get(at)
    if (snapshot === undefined) break
    line.push(snapshot)
    at = snapshot.parent
  }
  return line
}

/** What needs a person: what is going on right now ends by itself. */
function findingsOf(
  facts: GuestFacts,
  mapped: MappedSnapshots | null,
  { now, clockSkewMillis, lockIsLeft }: GuestSurroundings,
): GuestFinding[] {
  const findings: GuestFinding[] = []
  const { lock, tasks } = facts
  if (lock !== null && lockIsLeft) findings.push({ finding: 'lock-left', lock })
  if (mapped === null) return findings
  const busy = tasks !== null && tasks.length > 0
  for (const { name, parentMissing, incomplete, createdAt } of mapped.items) {
    if (parentMissing !== null) findings.push({ finding: 'parent-missing', snapshot: name, parent: parentMissing })
    if (incomplete && !busy) findings.push({ finding: 'snapshot-incomplete', snapshot: name })
    if (createdAt !== null && epochMillis(createdAt) - clockSkewMillis > epochMillis(now) + AHEAD) {
      findings.push({ finding: 'clock-ahead', snapshot: name })
    }
  }
  if (mapped.currentParentMissing !== null) {
    findings.push({ finding: 'parent-missing', snapshot: facts.name, parent: mapped.currentParentMissing })
  }
  return findings
}

/** A foreign clock a minute ahead is not worth a word. */
const AHEAD: Millis = 60 * SECOND
