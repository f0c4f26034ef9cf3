/** The documents libvirt takes about snapshots. */
import { epochMillis } from '@/lib/domain/units'
import { escapeXml } from '../xml/escape'
import type { CommandOf } from './context'

/** What a snapshot is taken by. Every external overlay is named: libvirt's own names collide (field notes, matrix). */
export function takeXml({ name, description, memory, memoryFile, disks }: CommandOf<'snapshot.take'>): string {
  const saved =
    memory === 'none'
      ? `<memory snapshot='no'/>`
      : memoryFile === null
        ? `<memory snapshot='internal'/>`
        : `<memory snapshot='external' file='${escapeXml(memoryFile)}'/>`
  const parts = disks.map(takeDiskXml)
  return `<domainsnapshot><name>${escapeXml(name)}</name><description>${escapeXml(description)}</description>${saved}<disks>${parts.join('')}</disks></domainsnapshot>`
}

function takeDiskXml(disk: CommandOf<'snapshot.take'>['disks'][number]): string {
  const target = escapeXml(disk.target)
  if (disk.mode === 'excluded') return `<disk name='${target}' snapshot='no'/>`
  if (disk.mode !== 'external') return `<disk name='${target}' snapshot='internal'/>`
  const source = `<driver type='qcow2'/><source file='${escapeXml(disk.overlay)}'/>`
  return `<disk name='${target}' snapshot='external' type='file'>${source}</disk>`
}

/** What metadata is written again by (REDEFINE). `domainXml` is libvirt's own text and goes in as it is. */
export function adoptXml(
  input: { name: string; createdAt: string; disks: readonly string[]; withMemory: boolean },
  domainXml: string,
  allDisks: readonly string[],
): string {
  const { name, createdAt, disks, withMemory } = input
  const parts = allDisks.map(
    (target) => `<disk name='${escapeXml(target)}' snapshot='${disks.includes(target) ? 'internal' : 'no'}'/>`,
  )
  return `<domainsnapshot><name>${escapeXml(name)}</name><state>${withMemory ? 'running' : 'shutoff'}</state><creationTime>${Math.floor(epochMillis(createdAt) / 1000)}</creationTime><memory snapshot='${withMemory ? 'internal' : 'no'}'/><disks>${parts.join('')}</disks>${domainXml}</domainsnapshot>`
}
