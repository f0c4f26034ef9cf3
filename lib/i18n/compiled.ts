/**
 * Catalogues with their ICU messages taken apart ahead of time. Pages and browser then need the small formatter only
 * (next.config.js puts it in place): parsing ICU in the browser would cost every page 9 kB.
 */
import compile from 'icu-minify/compile'
import type { AbstractIntlMessages } from 'next-intl'
import { type Area, catalogueOf } from './catalogue'
import type { Locale } from './locale'

type Compiled = Record<Area, AbstractIntlMessages>
const compiled = new Map<Locale, Compiled>()

function compileTree(tree: unknown): unknown {
  // Through JSON, because the compiler's objects have no prototype and could not travel to client components.
  if (typeof tree === 'string') return JSON.parse(JSON.stringify(compile(tree)))
  if (typeof tree !== 'object' || tree === null) throw new Error('a catalogue holds texts only')
  return Object.fromEntries(Object.entries(tree).map(([key, value]) => [key, compileTree(value)]))
}

/** All words of a language, ready for rendering inside Next. Compiled once per process. */
export function compiledCatalogueOf(locale: Locale): AbstractIntlMessages {
  return compiledAreas(locale)
}

/** The words of some areas, for client components. */
export function compiledAreasOf(locale: Locale, areas: readonly Area[]): AbstractIntlMessages {
  const all = compiledAreas(locale)
  return Object.fromEntries(areas.map((area) => [area, all[area]]))
}

function compiledAreas(locale: Locale): Compiled {
  const known = compiled.get(locale)
  if (known) return known
  const fresh = compileTree(catalogueOf(locale)) as Compiled
  compiled.set(locale, fresh)
  return fresh
}
