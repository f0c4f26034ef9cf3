/**
 * The text of a filter: words and `field:value` terms, quotes around spaces, `-` in front to exclude.
 * Only the writing is here: what a field means is the list's business.
 */

export type FilterTerm = {
  /** null for a plain word */
  field: string | null
  value: string
  /** `-field:value` */
  exclude: boolean
  /** the value as it was written, where quotes stand inside it: `="web 01"` */
  raw?: string
}

const TERM = /(-?)(?:([A-Za-z][\w-]*):)?((?:"(?:[^"\\]|\\.)*"?|[^\s"]+)+)/g
const QUOTED = /"((?:[^"\\]|\\.)*)"?/g
/** In quotes from its beginning to its end. */
const ALL_QUOTED = /^"(?:[^"\\]|\\.)*"?$/

/** Splits a filter into terms, in order. Never fails: half-typed text is a term too. */
export function parseFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = []
  for (const [, minus, field, written = ''] of text.matchAll(TERM)) {
    const value = written.replace(QUOTED, (_, inner: string) => inner.replace(/\\(.)/g, '$1'))
    const mixed = written.includes('"') && !ALL_QUOTED.test(written)
    terms.push({ field: field ?? null, value, exclude: minus === '-', ...(mixed && { raw: written }) })
  }
  return terms
}

/** Writes terms back, so that parsing gives the same terms. */
export function writeFilter(terms: readonly FilterTerm[]): string {
  return terms.map(writeTerm).join(' ')
}

/** One term as text. */
export function writeTerm({ field, value, exclude, raw }: FilterTerm): string {
  const bare = /^[^\s"\\]+$/.test(value) && !(field === null && (/^-/.test(value) || /^[A-Za-z][\w-]*:/.test(value)))
  const text = raw !== undefined ? raw : bare ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
  return `${exclude ? '-' : ''}${field === null ? '' : `${field}:`}${text}`
}
