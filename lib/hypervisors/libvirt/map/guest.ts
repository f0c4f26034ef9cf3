/** One guest: facts, disks with their chains, snapshots, configuration, capabilities and findings. */
import type { CollectedGuest, GuestFacts, Power, Section } from '@/lib/domain/inventory'
import { NOT_TOLD_OF_GUEST, read, unread } from '@/lib/domain/inventory'
import type { ChainImage, Disk } from '@/lib/domain/snapshot'
import type { Instant } from '@/lib/domain/units'
import type { GuestReading, HostReading, ImageMaps } from '../readings'
import { domainStates } from '../rpc/flags'
import type { DiskXml } from '../xml/disk'
import type { DomainXml } from '../xml/domain'
import { capabilitiesOf } from './capabilities'
import { makersOf } from './explain'
import { findingsOf } from './findings'
import type { DiskChain, HostImages } from './images'
import { type MappedSnapshots, mapSnapshots } from './snapshots'

export type GuestContext = {
  host: HostReading
  images: HostImages
  nameOf: (uuid: string) => string
  now: Instant
}

/** Maps what was read of a guest. What was not stays unread with its reason. */
export function mapGuest(guest: GuestReading, context: GuestContext): CollectedGuest {
  const { host, images } = context
  const domain = guest.domain.status === 'read' ? guest.domain.value : null
  const chains = images.chainsOf(guest.uuid)
  const mapped = snapshotsOf(guest, chains, context)
  const items = mapped?.section.items ?? []
  const disks: Section<Disk[]> =
    guest.domain.status === 'unread' ? guest.domain : read(mapDisks(guest, chains, images, host))
  const power = powerOf(guest.state)
  const shared = { managedSave: guest.managedSave, domain, snapshots: items, version: host.version }
  return {
    facts: factsOf(guest, domain ?? guest.lastDomain, power, host.node),
    disks,
    snapshots: mapped === null ? unreadSnapshots(guest) : read(mapped.section),
    configuration: guest.domain.status === 'unread' ? guest.domain : read(guest.domain.value.configuration),
    capabilities: capabilitiesOf({ ...shared, driver: host.driver, power }),
    findings: findingsOf({
      ...shared,
      uuid: guest.uuid,
      disks: disks.status === 'read' ? disks.value : [],
      torn: mapped?.torn ?? [],
      images,
      nameOf: context.nameOf,
      now: context.now,
    }),
  }
}

const unreadSnapshots = ({ snapshots }: GuestReading): Section<never> =>
  snapshots.status === 'unread' ? snapshots : unread({ code: 'not-told', by: 'libvirt' })

function snapshotsOf(guest: GuestReading, chains: readonly DiskChain[], context: GuestContext): MappedSnapshots | null {
  if (guest.snapshots.status === 'unread') return null
  const { items, current } = guest.snapshots.value
  return mapSnapshots({
    uuid: guest.uuid,
    items,
    current,
    chains,
    images: context.images,
    tables: context.host.images,
    maps: context.host.maps,
    running: powerOf(guest.state) !== 'stopped',
  })
}

function factsOf(guest: GuestReading, domain: DomainXml | null, power: Power, node: string): GuestFacts {
  return {
    nativeId: guest.uuid,
    name: guest.name,
    node,
    kind: domain?.kind ?? 'vm',
    power,
    tags: [], // libvirt has none
    cpus: domain?.cpus ?? null,
    memoryBytes: domain?.memoryBytes ?? null,
    firmware: domain?.firmware ?? 'unknown',
    tpm: domain?.tpm ?? false,
    agent: domain?.agent ?? 'unknown',
    managedSave: guest.managedSave,
    description: domain?.description ?? '',
    ...NOT_TOLD_OF_GUEST,
  }
}

/** virDomainState. A guest shutting down still runs; one that crashed does not. */
export function powerOf(state: number | null): Power {
  switch (state) {
    case domainStates.running:
    case domainStates.blocked:
    case domainStates.shuttingDown:
      return 'running'
    case domainStates.paused:
      return 'paused'
    case domainStates.pmSuspended:
      return 'suspended'
    case domainStates.shutOff:
    case domainStates.crashed:
      return 'stopped'
    default:
      return 'unknown'
  }
}

function mapDisks(guest: GuestReading, chains: readonly DiskChain[], images: HostImages, host: HostReading): Disk[] {
  const snapshots = guest.snapshots.status === 'read' ? guest.snapshots.value.items : null
  const makers = snapshots === null ? null : makersOf(snapshots, images, guest.uuid)
  return chains.map(({ disk, images: files, complete }): Disk => {
    const active = files[0] === undefined ? null : images.facts(files[0])
    const facts = {
      target: disk.target,
      device: disk.device,
      readOnly: disk.readOnly,
      shareable: disk.shareable,
      format: disk.format ?? active?.format ?? 'raw',
      virtualBytes: active?.virtualBytes ?? null,
    }
    if (disk.source.file === null) return { ...facts, chain: [] }
    const held = files[0] === undefined ? undefined : host.maps.held.get(files[0])
    const inside = held === undefined ? {} : { heldInside: held.inside, heldByNow: held.now, ...slackOf(held) }
    if (!complete) {
      const reason = host.pools.status === 'unread' ? host.pools.reason : ({ code: 'not-told', by: 'libvirt' } as const)
      return { ...facts, chain: null, chainUnread: reason }
    }
    return {
      ...facts,
      chain: files.map((file, index) => mapImage(file, files[index + 1], makers, images, host.maps)),
      ...inside,
      namedImages: namedImages(disk, files, images),
    }
  })
}

const slackOf = ({ slack }: { slack: number }) => (slack === 0 ? {} : { heldSlack: slack })

/** How far libvirt's own XML follows the chain. */
function namedImages(disk: DiskXml, files: readonly string[], images: HostImages): number {
  const named = [disk.source, ...disk.backing].map((source) => images.pathOf(source))
  const other = files.findIndex((file, index) => named[index] !== file)
  return other < 0 ? files.length : other
}

function mapImage(
  file: string,
  below: string | undefined,
  makers: ReadonlyMap<string, string> | null,
  images: HostImages,
  maps: ImageMaps,
): ChainImage {
  const facts = images.facts(file)
  const maker = makers?.get(file) ?? null
  const growth = maps.growth.get(file)
  const mapped = maps.mapped.get(file)
  return {
    file,
    format: facts.format ?? 'unknown',
    allocatedBytes: facts.bytesOnDisk,
    virtualBytes: facts.virtualBytes,
    madeBySnapshot: maker,
    // The first overlay above a base that several guests read through is how a clone is made, not a leftover.
    unexplained: makers !== null && maker === null && below !== undefined && images.usersOf(below).size < 2,
    ...(growth === undefined ? {} : { growthBelow: growth }),
    ...(mapped === undefined ? {} : { mappedBytes: mapped }),
  }
}
