/**
 * Reading XML that a foreign program wrote, bounded. No entity is ever expanded beyond XML's own five and numeric
 * references, a document type is refused, and a text that was cut is refused instead of half read.
 */
import { XMLParser } from 'fast-xml-parser'
import type { Reason } from '@/lib/domain/reason'
import { type Outcome, ok, refused } from '@/lib/domain/result'

/**
 * Longest XML we parse, in UTF-16 units. libvirt itself sends strings up to 4 MiB; a guest with 1,000 disks needs
 * 0.4 MiB. Parsing runs at about 6 MiB/s, so this bounds how long one document can hold the event loop.
 */
export const MAX_XML_LENGTH = 1024 * 1024

/** libvirt allows 200 images in a chain, each of them one level of `<backingStore>`. */
const MAX_DEPTH = 400

/** An element's attributes, texts and children, as the parser leaves them. Read it through the functions below only. */
export type Element = { readonly [name: string]: unknown }

type Subject = { what: Extract<Reason, { code: 'malformed' }>['what']; name: string }

const OPTIONS = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: false,
  ignoreDeclaration: true,
  ignorePiTags: true,
  maxNestedTags: MAX_DEPTH,
}

const parser = new XMLParser(OPTIONS)
// Other programs keep anything at all in <metadata>; nothing of it concerns us, whatever its elements are called.
const domainParser = new XMLParser({ ...OPTIONS, stopNodes: ['domain.metadata'] })

/** Parses `text` whose outermost element must be `root`. Malformed: cut, not XML, another root. Never throws. */
export function parseXml(text: string, root: string, subject: Subject): Outcome<Element> {
  const malformed = (problem: string) => refused({ code: 'malformed', ...subject, problem })
  if (text.length > MAX_XML_LENGTH) {
    return refused({ code: 'too-large', limit: 'xml-bytes', has: text.length, max: MAX_XML_LENGTH })
  }
  if (text.includes('<!DOCTYPE')) return malformed('it declares a document type')
  const trimmed = text.trim()
  // The parser closes by itself what was left open: a cut text would read as a smaller world.
  if (
    !trimmed.endsWith(`</${root}>`) &&
    !(trimmed.startsWith(`<${root}`) && trimmed.indexOf('>') === trimmed.length - 1)
  ) {
    return malformed('it ends before its last element does')
  }
  try {
    const document: unknown = (root === 'domain' ? domainParser : parser).parse(text)
    const element = isElement(document) ? asElement(document[root]) : null
    return element === null ? malformed(`its outermost element is not <${root}>`) : ok(element)
  } catch (error) {
    return malformed(error instanceof Error ? error.message.slice(0, 200) : 'it is not XML')
  }
}

const isElement = (value: unknown): value is Element =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Own properties only: an element may be called `constructor`. */
const own = (element: Element | null, name: string): unknown =>
  element !== null && Object.hasOwn(element, name) ? element[name] : undefined

const asElement = (value: unknown): Element | null =>
  isElement(value) ? value : typeof value === 'string' ? { '#': value } : null

/** The first child of that name; null when there is none. */
export function child(element: Element | null, name: string): Element | null {
  const value = own(element, name)
  return asElement(Array.isArray(value) ? value[0] : value)
}

/** The child reached by following the names, each time the first one. */
export const descendant = (element: Element | null, ...names: string[]): Element | null =>
  names.reduce<Element | null>((at, name) => child(at, name), element)

/** All children of that name, in order. */
export function children(element: Element | null, name: string): Element[] {
  const value = own(element, name)
  const all: unknown[] = Array.isArray(value) ? value : [value]
  return all.map(asElement).filter((one) => one !== null)
}

/** Names of the element's children, each once. */
export const childNames = (element: Element | null): string[] =>
  element === null ? [] : Object.keys(element).filter((key) => !key.startsWith('@') && key !== '#')

/** An attribute's value, decoded; null when it is not there. */
export function attribute(element: Element | null, name: string): string | null {
  const value = own(element, `@${name}`)
  return typeof value === 'string' ? decode(value) : null
}

/** An element's own text, decoded and untrimmed; null when the element is not there, '' when it is empty. */
export function text(element: Element | null): string | null {
  if (element === null) return null
  const value = own(element, '#')
  return typeof value === 'string' ? decode(value) : ''
}

/** The text of a child, trimmed: for values of libvirt's own, never for names people chose. */
export const trimmedText = (element: Element | null, name: string): string | null => {
  const found = text(child(element, name))
  return found === null ? null : found.trim()
}

const NAMED: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

/** XML's five entities and numeric references, once; anything else stays as it is written. NUL is dropped. */
export function decode(text: string): string {
  if (!text.includes('&')) return text
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]{2,4}));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return NAMED[name] ?? whole
    const point = hex === undefined ? Number.parseInt(decimal, 10) : Number.parseInt(hex, 16)
    if (point === 0) return ''
    const isCharacter = point <= 0x10_ffff && (point < 0xd800 || point > 0xdfff)
    return isCharacter ? String.fromCodePoint(point) : whole
  })
}

/** A whole number ≥ 0 that JavaScript holds exactly; null for anything else. */
export function wholeNumber(text: string | null): number | null {
  if (text === null || !/^\d{1,16}$/.test(text.trim())) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}

/** Bytes per unit as libvirt writes them (virScaleInteger): KiB when nothing is said about memory. */
const UNITS: Record<string, number> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
}

/** An element like `<memory unit='KiB'>1024</memory>` in bytes; null when absent or not understood. */
export function scaledBytes(element: Element | null, unitWhenMissing: 'KiB' | 'bytes'): number | null {
  const value = wholeNumber(text(element))
  const unit = UNITS[attribute(element, 'unit') ?? unitWhenMissing]
  if (value === null || unit === undefined) return null
  return Number.isSafeInteger(value * unit) ? value * unit : null
}
