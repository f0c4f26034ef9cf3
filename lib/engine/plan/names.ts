/** Names of snapshots, overlays and memory files: what each platform allows, and names made from a template. */
import type { HypervisorKind } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'
import { sha256 } from './sha256'

export type NameRules = {
  min: number
  max: number
  /** characters that may not stand in a name, one at a time */
  illegal: RegExp
  /** what a name must begin with */
  first: RegExp
  /** put before a made name that begins otherwise */
  prefix: string
  reserved: readonly string[]
}

/**
 * Proxmox: pve-configid, 2 to 40 characters (recorded). libvirt keeps `<name>.xml` and we name overlays after the
 * snapshot, so a name must leave room in the 255 bytes of a file name. vSphere: 80 characters.
 */
export const NAME_RULES: Record<HypervisorKind, NameRules> = {
  proxmox: {
    min: 2,
    max: 40,
    illegal: /[^A-Za-z0-9_-]/g,
    first: /^[A-Za-z]/,
    prefix: 's',
    reserved: ['current', 'pending'],
  },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not stand in a name
  libvirt: { min: 1, max: 120, illegal: /[/\u0000-\u001f\u007f]/g, first: /^[^.\s]/, prefix: 's', reserved: [] },
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not stand in a name
  vsphere: { min: 1, max: 80, illegal: /[/\\%\u0000-\u001f\u007f]/g, first: /^\S/, prefix: 's', reserved: [] },
}

/** Why a name cannot be used on this platform; null = it can. */
export function nameProblem(name: string, kind: HypervisorKind): Extract<Reason, { code: 'name-invalid' }> | null {
  const { min, max, illegal, first, reserved } = NAME_RULES[kind]
  const { length } = [...name]
  const problem = (rule: 'first-letter' | 'characters' | 'length' | 'reserved' | 'empty') =>
    ({ code: 'name-invalid', name, rule, max }) as const
  if (length === 0) return problem('empty')
  if (length < min || !isShort(name, kind)) return problem('length')
  if (name.search(illegal) >= 0) return problem('characters')
  if (!first.test(name)) return problem('first-letter')
  return reserved.includes(name.toLowerCase()) ? problem('reserved') : null
}

/** Of the 255 bytes of a file name; the rest is for the guest's disk, `.qcow2` and `.xml`. */
const MOST_NAME_BYTES = 180

export type NameParts = {
  guest: string
  type: 'disk' | 'mem' | 'fs'
  purpose: string
  now: Instant
  timeZone: string
}

/**
 * A legal name from a template of `{guest} {type} {yyyyMMdd} {HHmm} {purpose}`. What is too long is cut where it hurts
 * least: first the purpose, then the guest, so that the time stays readable. Also what the form previews while typing.
 */
export function nameFrom(template: string, parts: NameParts, kind: HypervisorKind): string {
  const { prefix, first } = NAME_RULES[kind]
  const clean = { guest: legal(parts.guest, kind), purpose: legal(parts.purpose, kind) }
  const made = (guest: string, purpose: string): string => {
    const filled = template.replace(/\{(\w+)\}/g, (whole, token: string) =>
      token === 'guest'
        ? guest
        : token === 'purpose'
          ? purpose
          : token === 'type'
            ? parts.type
            : dated(token, whole, parts),
    )
    const name = tidy(legal(filled, kind))
    return first.test(name) ? name : `${prefix}${name}`
  }
  const fits = (name: string): boolean => isShort(name, kind)
  const whole = made(clean.guest, clean.purpose)
  if (fits(whole)) return whole
  const purpose = longest(clean.purpose, (text) => fits(made(clean.guest, text)))
  const guest = longest(clean.guest, (text) => fits(made(text, purpose)))
  return tidy(longest(made(guest, purpose), fits))
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/** Characters are what people count, bytes what a file system does: three for each of 快照. */
const isShort = (name: string, kind: HypervisorKind): boolean =>
  [...name].length <= NAME_RULES[kind].max && bytesOf(name) <= MOST_NAME_BYTES

/** The most of its beginning that fits; nothing where nothing does. */
function longest(text: string, fits: (beginning: string) => boolean): string {
  const characters = [...text]
  let [low, high] = [0, characters.length]
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (fits(characters.slice(0, middle).join(''))) low = middle
    else high = middle - 1
  }
  return characters.slice(0, low).join('')
}

/** Each run of illegal characters becomes one hyphen. */
const legal = (text: string, kind: HypervisorKind): string =>
  text
    .trim()
    .replace(/\s+/g, '-')
    .replace(new RegExp(`(?:${NAME_RULES[kind].illegal.source})+`, 'g'), '-')

/** No separators left over from parts that are empty. */
const tidy = (name: string): string =>
  name.replace(/[_-]*_[_-]*/g, (run) => (run.includes('_') ? '_' : run)).replace(/^[._-]+|[._-]+$/g, '')

function dated(token: string, whole: string, { now, timeZone }: NameParts): string {
  if (token !== 'yyyyMMdd' && token !== 'HHmm') return whole
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  const part = new Map(format.formatToParts(new Date(now)).map(({ type, value }) => [type, value]))
  const of = (...types: Intl.DateTimeFormatPartTypes[]): string => types.map((type) => part.get(type) ?? '').join('')
  return token === 'HHmm' ? of('hour', 'minute') : of('year', 'month', 'day')
}

/** The name, or the name with the first number that is free, within the limit. */
export function freeName(name: string, taken: ReadonlySet<string>, kind: HypervisorKind): string {
  if (!taken.has(name)) return name
  for (let number = 2; ; number += 1) {
    const suffix = `_${number}`
    const numbered = `${longest(name, (text) => isShort(`${text}${suffix}`, kind))}${suffix}`
    if (!taken.has(numbered)) return numbered
  }
}

/** The longest name of a file that Linux takes. */
const MOST_FILE_BYTES = 255
/** A name that is cut ends in this much of its digest: guests whose long names begin alike keep files apart. */
const DIGEST_LENGTH = 6

/** Where a new file of a disk goes: beside its active image, named after guest, disk and snapshot. */
export function fileBeside(
  active: string,
  { guest, part, name, extension }: { guest: string; part: string | null; name: string; extension: string },
  taken: (file: string) => boolean,
): string {
  const folder = active.slice(0, active.lastIndexOf('/') + 1)
  for (let number = 1; ; number += 1) {
    const rest = `.${fileSafe(name)}${number === 1 ? '' : `-${number}`}.${extension}`
    const file = `${folder}${stemFor(fileSafe(guest), part === null ? rest : `-${part}${rest}`)}`
    if (!taken(file)) return file
  }
}

function stemFor(guest: string, rest: string): string {
  if (bytesOf(guest + rest) <= MOST_FILE_BYTES) return guest + rest
  const end = `-${sha256(guest).slice(0, DIGEST_LENGTH)}${rest}`
  return longest(guest, (text) => bytesOf(text + end) <= MOST_FILE_BYTES) + end
}

/** Letters of every script stay; what shells, XML or protocols could trip over does not. */
const fileSafe = (text: string): string => text.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'x'
