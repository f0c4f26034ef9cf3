import type { ConfigurationMap } from '@/lib/domain/inventory'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import { configurationOf } from '../configuration'
import { readSource } from './disk'
import {
  attribute,
  child,
  children,
  decode,
  descendant,
  type Element,
  parseXml,
  text,
  trimmedText,
  wholeNumber,
} from './element'
import { namedPaths, normalPath } from './paths'

export type SnapshotDiskXml = {
  /** the disk's target in the guest, or its path when libvirt no longer knows the target */
  name: string
  mode: 'internal' | 'external' | 'no' | 'manual'
  /** external: the overlay that was created when the snapshot was taken */
  file: string | null
}

/** What a snapshot's XML tells, without the configuration nested in it. The text itself is not kept. */
export type SnapshotXml = {
  name: string
  parent: string | null
  /** seconds since 1970 by the host's clock */
  createdSeconds: number | null
  /** the guest's state it was taken in: running, paused, shutoff, disk-snapshot, … */
  state: string
  description: string
  memory: 'no' | 'internal' | 'external'
  memoryFile: string | null
  disks: SnapshotDiskXml[]
  /** overlays that a revert to this snapshot created (libvirt ≥ 9.9) */
  revertFiles: { name: string; file: string }[]
  /** by target: the image the disk had when the snapshot was taken; an external one froze it */
  imagesThen: ReadonlyMap<string, string>
  /** every absolute path the whole XML names */
  paths: string[]
}

/** The parts of a snapshot's XML that repeat a whole domain, by element. */
const NESTED = ['domain', 'inactiveDomain', 'cookie'] as const

type Cut = { head: string; domain: string | null }

/**
 * Cuts the nested documents out of a snapshot's XML, which are nine tenths of it. libvirt writes every one of them on
 * lines of its own and escapes all text, so a literal `<domain` can only be the element.
 */
function cutNested(xml: string): Cut | 'cut' {
  let head = xml
  let domain: string | null = null
  for (const name of NESTED) {
    const start = openingOf(head, name)
    if (start === -1) continue
    const closing = `</${name}>`
    const end = head.lastIndexOf(closing)
    if (end < start) {
      if (head.slice(start, head.indexOf('>', start) + 1).endsWith('/>')) continue
      return 'cut'
    }
    if (name === 'domain') domain = head.slice(start, end + closing.length)
    head = head.slice(0, start) + head.slice(end + closing.length)
  }
  return { head, domain }
}

/** Where `<name>` or `<name …>` begins; not `<namesake>`. */
function openingOf(xml: string, name: string): number {
  const opening = `<${name}`
  for (let at = xml.indexOf(opening); at !== -1; at = xml.indexOf(opening, at + 1)) {
    const next = xml[at + opening.length]
    if (next === ' ' || next === '>' || next === '/' || next === '\n') return at
  }
  return -1
}

/** Parses a snapshot's XML. `name` is how libvirt lists it; the list, not the XML, is what addresses it. */
export function parseSnapshot(xml: string, name: string): Outcome<SnapshotXml> {
  const malformed = (problem: string) => refused({ code: 'malformed', what: 'snapshot', name, problem })
  const cut = cutNested(xml)
  if (cut === 'cut') return malformed('it ends before its last element does')
  const parsed = parseXml(cut.head, 'domainsnapshot', { what: 'snapshot', name })
  if (!parsed.ok) return parsed
  const snapshot = parsed.value
  const state = trimmedText(snapshot, 'state')
  if (state === null) return malformed('it has no state')
  const memory = child(snapshot, 'memory')
  const memoryFile = attribute(memory, 'file')
  return ok({
    name,
    parent: text(descendant(snapshot, 'parent', 'name')),
    createdSeconds: wholeNumber(trimmedText(snapshot, 'creationTime')),
    state,
    description: text(child(snapshot, 'description')) ?? '',
    memory: memoryMode(attribute(memory, 'snapshot'), state),
    memoryFile: memoryFile === null ? null : normalPath(memoryFile),
    disks: children(child(snapshot, 'disks'), 'disk').flatMap((disk) => readSnapshotDisk(disk) ?? []),
    revertFiles: children(child(snapshot, 'revertDisks'), 'disk').flatMap((disk) => {
      const read = readSnapshotDisk(disk)
      return read === null || read.file === null ? [] : { name: read.name, file: read.file }
    }),
    imagesThen: cut.domain === null ? new Map() : imagesOf(cut.domain),
    paths: namedPaths(xml),
  })
}

/** Metadata from before libvirt 0.10 (and other drivers') has no `<memory>`: a live state then meant memory inside. */
function memoryMode(told: string | null, state: string): SnapshotXml['memory'] {
  if (told === 'internal' || told === 'external' || told === 'no') return told
  return state === 'running' || state === 'paused' ? 'internal' : 'no'
}

function readSnapshotDisk(disk: Element): SnapshotDiskXml | null {
  const name = attribute(disk, 'name')
  if (name === null) return null
  const told = attribute(disk, 'snapshot')
  const mode = told === 'internal' || told === 'external' || told === 'manual' ? told : 'no'
  return {
    name,
    mode,
    file: mode === 'external' ? readSource(attribute(disk, 'type'), child(disk, 'source')).file : null,
  }
}

const DISK = /<disk\s[^>]*>([\s\S]*?)<\/disk>/g
const TARGET = /<target\s[^>]*?\bdev=(?:'([^']*)'|"([^"]*)")/
const SOURCE = /<source\s[^>]*?\b(?:file|dev)=(?:'([^']*)'|"([^"]*)")/

/**
 * By target, the image of every disk of a nested domain. Scanned rather than parsed: it is wanted of every snapshot,
 * the rest of that domain of none. The first `<source>` of a disk is its own; its backing files come after.
 */
function imagesOf(domain: string): Map<string, string> {
  const images = new Map<string, string>()
  const devices = domain.indexOf('<devices>')
  if (devices === -1) return images
  for (const [, disk = ''] of domain.slice(devices).matchAll(DISK)) {
    const target = TARGET.exec(disk)
    const source = SOURCE.exec(disk)
    const name = target?.[1] ?? target?.[2]
    const file = source?.[1] ?? source?.[2]
    if (name !== undefined && file !== undefined) images.set(decode(name), normalPath(decode(file)))
  }
  return images
}

/** The configuration a snapshot saved. Refused as `not-told` when it saved none (another driver, an old version). */
export function parseSavedConfiguration(xml: string, name: string): Outcome<ConfigurationMap> {
  const cut = cutNested(xml)
  if (cut === 'cut') {
    return refused({ code: 'malformed', what: 'snapshot', name, problem: 'it ends before its last element does' })
  }
  if (cut.domain === null) return refused({ code: 'not-told', by: 'libvirt' })
  const parsed = parseXml(cut.domain, 'domain', { what: 'snapshot', name })
  if (!parsed.ok) return parsed
  // Drivers that keep no configuration write a domain of nothing but its UUID.
  if (child(parsed.value, 'name') === null) return refused({ code: 'not-told', by: 'libvirt' })
  return ok(configurationOf(parsed.value))
}
