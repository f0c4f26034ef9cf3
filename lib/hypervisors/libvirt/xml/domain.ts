import type { ConfigurationMap, GuestFacts } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { configurationOf } from '../configuration'
import { type DiskXml, readDisks } from './disk'
import {
  attribute,
  child,
  children,
  descendant,
  type Element,
  parseXml,
  scaledBytes,
  text,
  trimmedText,
  wholeNumber,
} from './element'
import { namedPaths } from './paths'

/** What a guest's XML tells, reduced to what we use; the text itself is not kept. */
export type DomainXml = {
  uuid: string
  name: string
  /** kvm, qemu, test, lxc, xen, … */
  type: string
  kind: GuestFacts['kind']
  description: string
  cpus: number | null
  memoryBytes: number | null
  firmware: GuestFacts['firmware']
  /** the firmware's file is settled in the XML (`<loader type='pflash'>`), not left to be chosen at start */
  loaderSettled: boolean
  nvram: { file: string | null; format: string } | null
  tpm: boolean
  agent: GuestFacts['agent']
  /** devices of the host that the guest holds, as a person would name them */
  passthrough: string[]
  disks: DiskXml[]
  /** every absolute path the XML names, for whatever purpose */
  paths: string[]
  configuration: ConfigurationMap
}

const AGENT_CHANNEL = 'org.qemu.guest_agent.0'

/** Parses the XML libvirt gives for a guest. `name` is how the guest is called where it cannot be read. */
export function parseDomain(xml: string, name: string): Outcome<DomainXml> {
  const parsed = parseXml(xml, 'domain', { what: 'guest', name })
  if (!parsed.ok) return parsed
  const domain = parsed.value
  const uuid = trimmedText(domain, 'uuid')
  const ownName = text(child(domain, 'name'))
  if (uuid === null || ownName === null) {
    return refused({ code: 'malformed', what: 'guest', name, problem: 'it has no name or no UUID' })
  }
  const devices = child(domain, 'devices')
  const os = child(domain, 'os')
  return ok({
    uuid,
    name: ownName,
    type: attribute(domain, 'type') ?? '',
    kind: trimmedText(os, 'type') === 'exe' ? 'container' : 'vm',
    description: text(child(domain, 'description')) ?? '',
    cpus: wholeNumber(attribute(child(domain, 'vcpu'), 'current')) ?? wholeNumber(trimmedText(domain, 'vcpu')),
    memoryBytes: scaledBytes(child(domain, 'memory'), 'KiB'),
    firmware: firmwareOf(os),
    loaderSettled: attribute(child(os, 'loader'), 'type') === 'pflash',
    nvram: nvramOf(os),
    tpm: child(devices, 'tpm') !== null,
    agent: agentOf(devices),
    passthrough: passthroughOf(devices),
    disks: readDisks(devices),
    paths: namedPaths(xml),
    configuration: configurationOf(domain),
  })
}

/** UEFI is told by `firmware='efi'`, a pflash loader or a variable store; BIOS only where it is the known default. */
function firmwareOf(os: Element | null): GuestFacts['firmware'] {
  const loader = child(os, 'loader')
  if (attribute(os, 'firmware') === 'efi' || attribute(loader, 'type') === 'pflash' || child(os, 'nvram') !== null) {
    return 'uefi'
  }
  const architecture = attribute(child(os, 'type'), 'arch')
  const isPc = architecture === 'x86_64' || architecture === 'i686'
  return isPc && trimmedText(os, 'type') === 'hvm' ? 'bios' : 'unknown'
}

/** libvirt before 8.5 names no format: it knew only raw. */
function nvramOf(os: Element | null): DomainXml['nvram'] {
  const nvram = child(os, 'nvram')
  if (nvram === null) return null
  const file = text(nvram)?.trim() || attribute(child(nvram, 'source'), 'file')
  return { file: file === '' ? null : file, format: attribute(nvram, 'format') ?? 'raw' }
}

/** `state` is there only while the guest runs; without it we do not know. */
function agentOf(devices: Element | null): GuestFacts['agent'] {
  const target = children(devices, 'channel')
    .map((channel) => child(channel, 'target'))
    .find((candidate) => attribute(candidate, 'name') === AGENT_CHANNEL)
  if (target === undefined) return 'not-configured'
  switch (attribute(target, 'state')) {
    case 'connected':
      return 'connected'
    case 'disconnected':
      return 'absent'
    default:
      return 'unknown'
  }
}

/**
 * Devices whose state QEMU cannot save: of the host (PCI, USB, mediated), and those served by a process of their own
 * (vhost-user, virtiofs).
 */
function passthroughOf(devices: Element | null): string[] {
  const host = children(devices, 'hostdev').map((device) => {
    const type = attribute(device, 'type') ?? 'device'
    const address = descendant(device, 'source', 'address')
    const place = ['domain', 'bus', 'slot', 'function', 'uuid', 'device']
      .flatMap((part) => attribute(address, part)?.replace(/^0x/, '') ?? [])
      .join(':')
    return `${type} ${place}`.trim()
  })
  const networks = children(devices, 'interface')
    .filter((device) => ['hostdev', 'vhostuser', 'vdpa'].includes(attribute(device, 'type') ?? ''))
    .map((device) => `${attribute(device, 'type')} ${attribute(child(device, 'mac'), 'address') ?? ''}`.trim())
  const fileSystems = children(devices, 'filesystem')
    .filter((device) => attribute(child(device, 'driver'), 'type') === 'virtiofs')
    .map((device) => `virtiofs ${attribute(child(device, 'target'), 'dir') ?? ''}`.trim())
  return [...host, ...networks, ...fileSystems]
}
