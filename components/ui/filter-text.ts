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
}

const TERM = /(-?)(?:([A-Za-z][\w-]*):)?(?:"((?:[^"\\]|\\.)*)"?|(\S+))/g

/** Splits a filter into terms, in order. Never fails: half-typed text is a term too. */
export function parseFilter(text: string): FilterTerm[] {
  const terms: FilterTerm[] = []
  for (const [, minus, field, quoted, plain] of text.matchAll(TERM)) {
    const value = quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1')
    terms.push({ field: field ?? null, value, exclude: minus === '-' })
  }
  return terms
}

/** Writes terms back, so that parsing gives the same terms. */
export function writeFilter(terms: readonly FilterTerm[]): string {
  return terms.map(writeTerm).join(' ')
}

/** One term as text. */
export function writeTerm({ field, value, exclude }: FilterTerm): string {
  const bare = /^[^\s"\\]+$/.test(value) && !(field === null && (/^-/.test(value) || /^[A-Za-z][\w-]*:/.test(value)))
  const text = bare ? value : `"${value.replace(/["\\]/g, '\\$&')}"`
  return `${exclude ? '-' : ''}${field === null ? '' : `${field}:`}${text}`
}
