/**
 * What can be done with a guest and, where it cannot, why. Every row comes from the recorded matrix of libvirt 9.0.0 and
 * 11.3.0 (field notes §2, §5); versions between them are gates in versions.ts. What libvirt accepts and we still refuse
 * is said at the row.
 */
import { type Capabilities, FEATURES, type Feature, type Support } from '@/lib/domain/capability'
import type { Power } from '@/lib/domain/inventory'
import type { UnsupportedCause } from '@/lib/domain/reason'
import type { Snapshot } from '@/lib/domain/snapshot'
import { GATES, type LibvirtVersion, reaches, versionText } from '../versions'
import type { DiskXml } from '../xml/disk'
import type { DomainXml } from '../xml/domain'

export type CapabilityContext = {
  /** QEMU, TEST, … as connect_get_type says */
  driver: string
  version: LibvirtVersion
  power: Power
  managedSave: boolean | null
  /** null = its configuration could not be read */
  domain: DomainXml | null
  snapshots: readonly Snapshot[]
}

type Cause = UnsupportedCause | null

/** Support for every feature; a guest we could not read supports nothing, and says so. */
export function capabilitiesOf(context: CapabilityContext): Capabilities {
  const { domain, snapshots } = context
  if (domain === null) return everything(() => ({ ok: false, why: { code: 'not-told', by: 'libvirt' } }))
  if (context.driver !== 'QEMU') return ofOtherDriver(context.driver)
  const internal = snapshots.some((snapshot) => snapshot.kind === 'internal' && !snapshot.unmanaged)
  const external = snapshots.some((snapshot) => snapshot.kind === 'external')
  const disks = domain.disks.filter(isSnapshotted)
  const mixed: Cause = internal && external ? { cause: 'mixed-chain' } : null
  const saved: Cause = context.managedSave ? { cause: 'managed-save' } : null
  const stopped: Cause = context.power === 'stopped' ? { cause: 'guest-off' } : null

  // libvirt accepts both kinds in one tree and later refuses to delete them (field §5.1): we do not begin it.
  const takeInternal = saved ?? internalCause(context, domain, disks) ?? (external ? { cause: 'mixed-chain' } : null)
  const takeExternal = saved ?? externalCause(disks) ?? (internal ? { cause: 'mixed-chain' } : null)
  const causes: Record<Feature, Cause> = {
    'snapshot.internal': takeInternal,
    'snapshot.external': takeExternal,
    'snapshot.memory':
      stopped ?? held(domain) ?? (takeInternal !== null && takeExternal !== null ? takeExternal : null),
    'snapshot.quiesce': stopped ?? agentCause(domain) ?? takeExternal,
    'snapshot.delete': mixed ?? (external ? deleteExternalCause(context) : null),
    'rollback.internal': saved ?? mixed ?? internalCause(context, domain, disks),
    'rollback.external': saved ?? mixed ?? needs(context.version, GATES.revertExternal) ?? externalCause(disks),
    // Block jobs exist only while the guest runs.
    'chain.merge': stopped ?? (disks.length === 0 ? { cause: 'no-disk' } : null),
  }
  return everything((feature) => answer(feature, causes[feature]))
}

const everything = (decide: (feature: Feature) => Support): Capabilities =>
  Object.fromEntries(FEATURES.map((feature) => [feature, decide(feature)])) as Capabilities

function answer(feature: Feature, cause: Cause): Support {
  if (cause !== null) return { ok: false, why: { code: 'unsupported', feature, because: cause } }
  return feature.startsWith('rollback.') ? { ok: true, limits: { reach: 'any' } } : { ok: true }
}

/** libvirt's test driver keeps internal snapshots and refuses every flag beyond (field §2); others are not recorded. */
function ofOtherDriver(driver: string): Capabilities {
  const works: readonly Feature[] =
    driver === 'TEST' ? ['snapshot.internal', 'snapshot.memory', 'snapshot.delete', 'rollback.internal'] : []
  return everything((feature) => answer(feature, works.includes(feature) ? null : { cause: 'driver', driver }))
}

/** Disks a snapshot includes unless told otherwise: not removable media, nothing read-only, nothing excluded. */
const isSnapshotted = (disk: DiskXml) =>
  (disk.device === 'disk' || disk.device === 'lun') && !disk.readOnly && disk.snapshotDefault !== 'no'

function internalCause(context: CapabilityContext, domain: DomainXml, disks: readonly DiskXml[]): Cause {
  if (disks.length === 0) return { cause: 'no-disk' }
  for (const disk of disks) {
    if (disk.shareable) return { cause: 'shared-disk', disk: disk.target }
    const format = disk.format ?? 'raw'
    if (format === 'raw') return { cause: 'raw-disk', disk: disk.target }
    if (format !== 'qcow2') return { cause: 'disk-format', disk: disk.target, format }
  }
  return uefiCause(context, domain) ?? (context.power === 'stopped' ? null : held(domain))
}

/** A running guest's internal snapshot includes its memory, and with it what UEFI keeps in a file of its own. */
function uefiCause({ version, power }: CapabilityContext, domain: DomainXml): Cause {
  if (domain.firmware !== 'uefi') return null
  const gate = needs(version, GATES.internalUefi)
  if (gate !== null) return domain.loaderSettled ? gate : null
  return power !== 'stopped' && domain.nvram?.format !== 'qcow2' ? { cause: 'uefi-raw-nvram' } : null
}

/** An overlay above a block or network disk needs a place and a format a person must choose: not done by us. */
function externalCause(disks: readonly DiskXml[]): Cause {
  if (disks.length === 0) return { cause: 'no-disk' }
  for (const disk of disks) {
    if (disk.shareable) return { cause: 'shared-disk', disk: disk.target }
    const { kind } = disk.source
    if (kind !== 'file' && kind !== 'volume') return { cause: 'storage-type', type: kind }
  }
  return null
}

/** 9.0 cannot merge what was taken off and is deleted off: start the guest first. */
function deleteExternalCause({ version, power, snapshots }: CapabilityContext): Cause {
  const gate = needs(version, GATES.deleteExternal)
  if (gate !== null) return gate
  const takenOff = snapshots.some((snapshot) => snapshot.kind === 'external' && snapshot.powerThen === 'off')
  return power === 'stopped' && takenOff && !reaches(version, GATES.deleteExternalOffline)
    ? { cause: 'guest-off' }
    : null
}

const agentCause = (domain: DomainXml): Cause => (domain.agent === 'connected' ? null : { cause: 'no-agent' })

/** QEMU cannot save the memory of a guest that holds a device of the host. */
const held = (domain: DomainXml): Cause =>
  domain.passthrough[0] === undefined ? null : { cause: 'passthrough', device: domain.passthrough[0] }

const needs = (version: LibvirtVersion, gate: string): Cause =>
  reaches(version, gate) ? null : { cause: 'needs-version', needs: gate, has: versionText(version) }
