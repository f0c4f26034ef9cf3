import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** WCAG contrast of every pair the design relies on, recomputed from the tokens themselves. */

type Rgb = [number, number, number]

/** OKLCH to linear sRGB, clipped to the gamut as a screen does. */
function linearOf(token: string): Rgb {
  const found = /oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)/.exec(token)
  if (!found) throw new Error(`not a colour: ${token}`)
  const [lightness, chroma, hue] = [Number(found[1]) / 100, Number(found[2]), (Number(found[3]) * Math.PI) / 180]
  const a = chroma * Math.cos(hue)
  const b = chroma * Math.sin(hue)
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  const clip = (value: number) => Math.min(1, Math.max(0, value))
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ]
}

const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b

const css = readFileSync(new URL('../../app/tokens.css', import.meta.url), 'utf8')
const colorsIn = (block: string): Record<string, string> =>
  Object.fromEntries(
    [...block.matchAll(/--sw-([\w-]+): (oklch\([^;/]*\));/g)].map(([, name, value]) => [name ?? '', value ?? '']),
  )
const blocks = css.split(/@media screen/)
const THEMES = {
  light: colorsIn(blocks[0] ?? ''),
  'dark by system': colorsIn(blocks[1] ?? ''),
  'dark by choice': colorsIn(blocks[2] ?? ''),
}

const TEXT = 4.5
const CONTROL = 3
const PAIRS: readonly (readonly [front: string, back: string, least: number])[] = [
  ...['surface', 'surface-2', 'surface-3', 'canvas', 'overlay', 'accent-soft'].flatMap(
    (back) =>
      [
        ['text', back, TEXT],
        ['text-2', back, TEXT],
        ['text-3', back, TEXT],
        ['accent-text', back, TEXT],
      ] as const,
  ),
  ['on-accent', 'accent', TEXT],
  ['on-accent', 'accent-hover', TEXT],
  ['on-emerg', 'emerg', TEXT],
  ...['ok', 'warn', 'crit', 'emerg', 'stale'].flatMap(
    (tone) =>
      [
        [`${tone}-text`, `${tone}-soft`, TEXT],
        [`${tone}-text`, 'surface', TEXT],
        ['text', `${tone}-soft`, TEXT],
        ['text-2', `${tone}-soft`, TEXT],
        [tone, 'surface', CONTROL],
      ] as const,
  ),
  ['text', 'diff-add', TEXT],
  ['text', 'diff-del', TEXT],
  ['control', 'surface', CONTROL],
  ['accent', 'surface', CONTROL],
  ['data-2', 'surface', CONTROL],
  ['accent-text', 'surface-2', CONTROL],
]

describe.each(Object.entries(THEMES))('%s', (_, colors) => {
  it('has every colour', () => {
    expect(Object.keys(colors).length).toBe(Object.keys(THEMES.light).length)
  })
  it.each(PAIRS)('%s on %s reaches %d', (front, back, least) => {
    const [high, low] = [luminance(linearOf(colors[front] ?? '')), luminance(linearOf(colors[back] ?? ''))].sort(
      (x, y) => y - x,
    ) as [number, number]
    expect((high + 0.05) / (low + 0.05)).toBeGreaterThanOrEqual(least)
  })
})

it('names no token twice in one theme: the later one would silently win', () => {
  for (const block of [css.split(/@media screen/)[0] ?? '', ...css.split(/@media screen/).slice(1)]) {
    const names = [...block.matchAll(/(--sw-[\w-]+):/g)].map((found) => found[1])
    const own =
      block === css.split(/@media screen/)[2]
        ? names.filter((name) => !['--sw-fast', '--sw-base', '--sw-slow'].includes(name ?? ''))
        : names
    expect(own.filter((name, index) => own.indexOf(name) !== index)).toEqual([])
  }
})
