/** Names of snapshots, overlays and memory files: what each platform allows, and names made from a template. */
import type { HypervisorKind } from '@/lib/domain/connection'
import type { Reason } from '@/lib/domain/reason'
import type { Instant } from '@/lib/domain/units'

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
  const length = [...name].length
  const problem = (rule: 'first-letter' | 'characters' | 'length' | 'reserved' | 'empty') =>
    ({ code: 'name-invalid', name, rule, max }) as const
  if (length === 0) return problem('empty')
  if (length < min || length > max || new TextEncoder().encode(name).length > MOST_NAME_BYTES) return problem('length')
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
  const { max, prefix, first } = NAME_RULES[kind]
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
  const whole = made(clean.guest, clean.purpose)
  let over = lengthOf(whole) - max
  if (over <= 0) return whole
  const purpose = cut(clean.purpose, over)
  const without = made(clean.guest, purpose)
  over = lengthOf(without) - max
  if (over <= 0) return without
  return tidy([...made(cut(clean.guest, over), purpose)].slice(0, max).join(''))
}

const lengthOf = (text: string): number => [...text].length
const cut = (text: string, by: number): string => [...text].slice(0, Math.max(0, lengthOf(text) - by)).join('')

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
    const numbered = `${[...name].slice(0, NAME_RULES[kind].max - suffix.length).join('')}${suffix}`
    if (!taken.has(numbered)) return numbered
  }
}

/** Where a new file of a disk goes: beside its active image, named after guest, disk and snapshot. */
export function fileBeside(
  active: string,
  { guest, part, name, extension }: { guest: string; part: string | null; name: string; extension: string },
  taken: (file: string) => boolean,
): string {
  const folder = active.slice(0, active.lastIndexOf('/') + 1)
  const stem = [fileSafe(guest), ...(part === null ? [] : [part])].join('-')
  for (let number = 1; ; number += 1) {
    const file = `${folder}${stem}.${fileSafe(name)}${number === 1 ? '' : `-${number}`}.${extension}`
    if (!taken(file)) return file
  }
}

/** Letters of every script stay; what shells, XML or protocols could trip over does not. */
const fileSafe = (text: string): string => text.replace(/[^\p{L}\p{N}._-]+/gu, '-').replace(/^[.-]+/, '') || 'x'
