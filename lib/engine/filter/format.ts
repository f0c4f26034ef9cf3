import type { Filter, NumberTest, Term } from '@/lib/domain/filter'
import { formatAge, formatSize } from './units'

/** The text of a filter; `parseFilter` reads the same filter from it. Chips and links are made of it. */
export const formatFilter = (filter: Filter): string => filter.map(formatTerm).join(' ')

function formatTerm(term: Term): string {
  const sign = term.negated ? '-' : ''
  if (term.field === 'words') return sign + term.values.map(quoteWord).join(',')
  return `${sign}${term.field}:${formatValues(term)}`
}

function formatValues(term: Exclude<Term, { field: 'words' }>): string {
  switch (term.field) {
    case 'name':
    case 'connection':
    case 'node':
    case 'tag':
    case 'storage':
      return term.values.map(({ text, whole }) => (whole ? '=' : '') + quoteValue(text)).join(',')
    case 'platform':
    case 'kind':
    case 'power':
    case 'finding':
      return term.values.join(',')
    case 'snapshots':
    case 'chain':
      return formatNumbers(term.values, String, true)
    case 'oldest':
      return formatNumbers(term.values, formatAge, false)
    case 'held':
      return formatNumbers(term.values, formatSize, false)
    case 'memory':
    case 'unmanaged':
    case 'stale':
      return term.value ? 'yes' : 'no'
  }
}

const formatNumbers = (tests: NumberTest[], format: (value: number) => string, hideEquals: boolean): string =>
  tests
    .map((test) =>
      test === 'unknown' ? test : (hideEquals && test.comparison === '=' ? '' : test.comparison) + format(test.value),
    )
    .join(',')

const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** A word must also not begin like a field or a negation. */
const quoteWord = (text: string): string => (/^[^\s,，"\\:：-][^\s,，"\\:：]*$/.test(text) ? text : quote(text))
const quoteValue = (text: string): string => (/^[^\s,，"\\=]+$/.test(text) ? text : quote(text))
