import type { ConfigurationMap } from '@/lib/domain/inventory'
import { readDisks } from './xml/disk'
import {
  attribute,
  child,
  childNames,
  children,
  descendant,
  type Element,
  scaledBytes,
  text,
  trimmedText,
} from './xml/element'

/**
 * A guest's configuration as flat name → value, made to be compared: then (a snapshot's saved domain) and now.
 * Names are stable and human. What libvirt numbers afresh at every start (aliases, addresses, sockets, PIDs) is left
 * out, as it differs without anybody having changed anything.
 */
export function configurationOf(domain: Element): ConfigurationMap {
  const os = child(domain, 'os')
  const devices = child(domain, 'devices')
  const entries: [string, string | null][] = [
    ['name', text(child(domain, 'name'))],
    ['title', text(child(domain, 'title'))],
    ['description', text(child(domain, 'description'))],
    ['cpus', cpus(domain)],
    ['cpu model', cpuModel(child(domain, 'cpu'))],
    ['memory', mebibytes(scaledBytes(child(domain, 'memory'), 'KiB'))],
    ['memory now', balloon(domain)],
    ['machine', attribute(child(os, 'type'), 'machine')],
    ['architecture', attribute(child(os, 'type'), 'arch')],
    ['firmware', firmware(os)],
    ['variable store', text(child(os, 'nvram'))?.trim() ?? null],
    ['kernel', trimmedText(os, 'kernel')],
    ['kernel arguments', trimmedText(os, 'cmdline')],
    ['boot order', bootOrder(os, devices)],
    ['features', featureNames(child(domain, 'features'))],
    ['clock', attribute(child(domain, 'clock'), 'offset')],
    ...diskEntries(devices),
    ...networkEntries(devices),
    ...deviceEntries(devices),
  ]
  const map: Record<string, string> = {}
  for (const [name, value] of entries) if (value !== null && value !== '') map[name] = value
  return map
}

const mebibytes = (bytes: number | null) => (bytes === null ? null : `${Math.round(bytes / 1024 ** 2)} MiB`)

function cpus(domain: Element): string | null {
  const most = trimmedText(domain, 'vcpu')
  const now = attribute(child(domain, 'vcpu'), 'current')
  return now === null || now === most ? most : `${now} of ${most}`
}

/** Only where it differs from all of the memory. */
function balloon(domain: Element): string | null {
  const now = scaledBytes(child(domain, 'currentMemory'), 'KiB')
  return now === scaledBytes(child(domain, 'memory'), 'KiB') ? null : mebibytes(now)
}

function cpuModel(cpu: Element | null): string | null {
  if (cpu === null) return null
  const topology = child(cpu, 'topology')
  const parts = [
    trimmedText(cpu, 'model') || attribute(cpu, 'mode'),
    topology === null
      ? null
      : `${attribute(topology, 'sockets')} sockets, ${attribute(topology, 'cores')} cores, ${attribute(topology, 'threads')} threads`,
  ]
  return parts.filter(Boolean).join(', ')
}

function firmware(os: Element | null): string | null {
  const loader = text(child(os, 'loader'))?.trim()
  if (attribute(os, 'firmware') === 'efi' || attribute(child(os, 'loader'), 'type') === 'pflash') {
    return loader ? `uefi, ${loader}` : 'uefi'
  }
  return loader || null
}

/** By device (`<boot dev>`) or by each device's own order; libvirt allows one of the two. */
function bootOrder(os: Element | null, devices: Element | null): string | null {
  const byKind = children(os, 'boot').flatMap((boot) => attribute(boot, 'dev') ?? [])
  const ordered: { order: number; name: string }[] = []
  for (const disk of readDisks(devices)) {
    if (disk.bootOrder !== null) ordered.push({ order: Number(disk.bootOrder), name: disk.target })
  }
  for (const network of children(devices, 'interface')) {
    const order = attribute(child(network, 'boot'), 'order')
    if (order !== null)
      ordered.push({ order: Number(order), name: attribute(child(network, 'mac'), 'address') ?? 'network' })
  }
  const byDevice = ordered.sort((a, b) => a.order - b.order).map(({ name }) => name)
  return [...byKind, ...byDevice].join(', ') || null
}

const featureNames = (features: Element | null): string | null =>
  features === null ? null : childNames(features).sort().join(', ')

function diskEntries(devices: Element | null): [string, string | null][] {
  return readDisks(devices).flatMap((disk): [string, string | null][] => {
    const kind = [
      disk.device,
      disk.bus,
      disk.readOnly ? 'read only' : null,
      disk.shareable ? 'shared' : null,
      disk.transient ? 'transient' : null,
    ]
    return [
      [`disk ${disk.target}`, kind.filter(Boolean).join(', ')],
      [`disk ${disk.target} format`, disk.format],
      [`disk ${disk.target} image`, disk.source.file ?? 'empty'],
    ]
  })
}

/** Named by their MAC address, the one thing about a network card that stays. */
function networkEntries(devices: Element | null): [string, string | null][] {
  return children(devices, 'interface').map((card, index): [string, string] => {
    const source = child(card, 'source')
    // A card in a virtual network is given that network's bridge when the guest starts.
    const places = attribute(source, 'network') === null ? ['bridge', 'dev'] : ['network', 'portgroup']
    const where = places.flatMap((name) => attribute(source, name) ?? [])
    const link = attribute(child(card, 'link'), 'state')
    const parts = [
      attribute(child(card, 'model'), 'type'),
      attribute(card, 'type'),
      ...where,
      link === 'down' ? 'unplugged' : null,
    ]
    return [`network ${attribute(child(card, 'mac'), 'address') ?? index + 1}`, parts.filter(Boolean).join(', ')]
  })
}

/** What else a person may have added or removed, as kind and model. */
function deviceEntries(devices: Element | null): [string, string | null][] {
  const named = (kind: string, what: (device: Element) => string | null): [string, string | null][] =>
    children(devices, kind).map((device, index, all): [string, string | null] => [
      all.length === 1 ? kind : `${kind} ${index + 1}`,
      what(device) || 'yes',
    ])
  return [
    ...named('graphics', (device) => attribute(device, 'type')),
    ...named('video', (device) => attribute(child(device, 'model'), 'type')),
    ...named('sound', (device) => attribute(device, 'model')),
    ...named('tpm', (device) =>
      [attribute(device, 'model'), attribute(child(device, 'backend'), 'version')].filter(Boolean).join(', '),
    ),
    ...named('rng', (device) => attribute(device, 'model')),
    ...named('watchdog', (device) =>
      [attribute(device, 'model'), attribute(device, 'action')].filter(Boolean).join(', '),
    ),
    ...named('hostdev', (device) => {
      const address = descendant(device, 'source', 'address')
      const place = ['domain', 'bus', 'slot', 'function', 'uuid'].flatMap((part) => attribute(address, part) ?? [])
      return [attribute(device, 'type'), ...place].filter(Boolean).join(' ')
    }),
    ...named('filesystem', (device) =>
      [attribute(child(device, 'source'), 'dir'), attribute(child(device, 'target'), 'dir')]
        .filter(Boolean)
        .join(' as '),
    ),
    ...children(devices, 'channel').flatMap((device): [string, string | null][] => {
      const name = attribute(child(device, 'target'), 'name')
      return name === null ? [] : [[`channel ${name}`, attribute(child(device, 'target'), 'type')]]
    }),
  ]
}
