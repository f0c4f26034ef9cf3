import { DAY, GIB, HOUR, KIB, MIB, MINUTE, TIB } from '@/lib/domain/units'

const AGE_UNITS: readonly (readonly [string, number])[] = [
  ['w', 7 * DAY],
  ['d', DAY],
  ['h', HOUR],
  ['m', MINUTE],
  ['s', 1_000],
  ['ms', 1],
]
const SIZE_UNITS: readonly (readonly [string, number])[] = [
  ['TiB', TIB],
  ['GiB', GIB],
  ['MiB', MIB],
  ['KiB', KIB],
  ['B', 1],
]
/** What people type for short; binary, as every size Snapwarden shows. */
const SHORT_SIZE_UNITS: Record<string, number> = { t: TIB, g: GIB, m: MIB, k: KIB, tb: TIB, gb: GIB, mb: MIB, kb: KIB }

/** `7d` in milliseconds; null when it is no age. Units: w d h m s ms; without one it is no age. */
export function parseAge(text: string): number | null {
  const units: Record<string, number> = Object.fromEntries(AGE_UNITS)
  return parseWithUnit(text, (unit) => units[unit])
}

/** `10GiB` in bytes; null when it is no size. Units: TiB GiB MiB KiB B, short t g m k; without one it is bytes. */
export function parseSize(text: string): number | null {
  const units = Object.fromEntries(SIZE_UNITS.map(([name, bytes]) => [name.toLowerCase(), bytes]))
  return parseWithUnit(text, (unit) => (unit === '' ? 1 : (units[unit] ?? SHORT_SIZE_UNITS[unit])))
}

/** The shortest text that `parseAge` turns into the same number. */
export const formatAge = (millis: number): string => formatWithUnit(millis, AGE_UNITS)
/** The shortest text that `parseSize` turns into the same number. */
export const formatSize = (bytes: number): string => formatWithUnit(bytes, SIZE_UNITS)

function parseWithUnit(text: string, unitOf: (unit: string) => number | undefined): number | null {
  const match = /^(\d{1,15}(?:\.\d{1,3})?)\s*([a-z]*)$/.exec(text.toLowerCase())
  const unit = match === null ? undefined : unitOf(match[2] ?? '')
  if (match === null || unit === undefined) return null
  const value = Math.round(Number(match[1]) * unit)
  return Number.isSafeInteger(value) ? value : null
}

function formatWithUnit(value: number, units: readonly (readonly [string, number])[]): string {
  for (const [name, size] of units) {
    if (value >= size && value % size === 0) return `${value / size}${name}`
  }
  return `0${units.at(-1)?.[0] ?? ''}`
}
