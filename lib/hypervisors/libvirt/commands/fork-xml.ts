/**
 * The configuration of a fork, made of libvirt's own text: nothing we do not know of is lost, everything that says who
 * the guest is goes. libvirt writes every element on a line of its own and escapes all text, so that an element can be
 * found by its first characters.
 */
import { escapeXml } from '../xml/escape'

const DISK = /<disk\s[^>]*>[\s\S]*?<\/disk>/g
const TARGET = /<target\s[^>]*?\bdev=(?:'([^']*)'|"([^"]*)")/

/**
 * `xml` (of the next start) under another name. Disks by target get these files, as qcow2; other disks that can be
 * written to are left out, and so is every disk that shares its image with the guest it came from. What identifies the
 * guest (UUID, addresses of network cards, variables of the firmware, the TPM's state) is made anew by libvirt.
 */
export function forkedDomain(xml: string, name: string, files: ReadonlyMap<string, string>): string {
  return xml
    .replace(/<name>[^<]*<\/name>/, () => `<name>${escapeXml(name)}</name>`)
    .replace(/<uuid>[^<]*<\/uuid>/, '')
    .replace(/<title>[^<]*<\/title>/, '')
    .replace(/<genid>[^<]*<\/genid>/, '')
    .replace(/<mac\s[^>]*\/>/g, '')
    .replace(/<nvram\b[^>]*>\s*<source[\s\S]*?<\/nvram>/g, '')
    .replace(/(<nvram\b[^>]*?)(?:\/>|>[^<]*<\/nvram>)/g, '$1/>')
    .replace(/<seclabel\b[^>]*type='dynamic'[^>]*(?:\/>|>[\s\S]*?<\/seclabel>)/g, '')
    .replace(DISK, (disk) => forkedDisk(disk, files))
}

function forkedDisk(disk: string, files: ReadonlyMap<string, string>): string {
  const found = TARGET.exec(disk)
  const file = files.get(found?.[1] ?? found?.[2] ?? '')
  if (file === undefined) return /^<disk\s[^>]*device='(?:cdrom|floppy)'/.test(disk) ? disk : ''
  return withoutBacking(disk)
    .replace(/^<disk\s[^>]*>/, (opening) => opening.replace(/\btype='[^']*'/, "type='file'"))
    .replace(/<driver\s[^>]*?\/?>/, (driver) => driver.replace(/\btype='[^']*'/, "type='qcow2'"))
    .replace(/<source\b(?:[^>]*\/>|[\s\S]*?<\/source>)/, () => `<source file='${escapeXml(file)}'/>`)
}

/** A chain written down would be believed; libvirt looks for itself. Elements nest, so the last end counts. */
function withoutBacking(disk: string): string {
  const start = disk.indexOf('<backingStore')
  if (start === -1) return disk
  const last = disk.lastIndexOf('</backingStore>')
  const end = last === -1 ? disk.indexOf('>', start) + 1 : last + '</backingStore>'.length
  return disk.slice(0, start) + disk.slice(end)
}
