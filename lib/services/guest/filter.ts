import type { Filter, FilterError } from '@/lib/domain/filter'
import { type Outcome, ok, refused, unreachable } from '@/lib/domain/result'
import { formatFilter } from '@/lib/engine/filter/format'
import { parseFilter } from '@/lib/engine/filter/parse'

/** Reads a filter text; what cannot be read comes back with its place in the text. */
export function readFilter(text: string): Outcome<Filter> {
  const parsed = parseFilter(text)
  if (parsed.ok) return ok(parsed.filter)
  const errors = parsed.errors.map((error) => ({ path: 'q', message: `at ${error.at}: ${messageOf(error)}` }))
  return refused({ code: 'invalid', errors })
}

/** The filter text for guests of exactly this name: one that many other names contain is still found. */
export const filterForName = (text: string): string =>
  formatFilter([{ negated: false, field: 'name', values: [{ text, whole: true }] }])

/** Plain English, for programs; pages parse the same text themselves and speak the reader's language. */
function messageOf(error: FilterError): string {
  switch (error.problem) {
    case 'unknown-field':
      return `there is no field ${error.name}; fields are ${error.fields.join(', ')}`
    case 'unknown-value':
      return `${error.field} is never ${error.value}; it is one of ${error.values.join(', ')}`
    case 'not-a-count':
      return `${error.field} takes a whole number, and ${error.value} is none`
    case 'not-an-age':
      return `${error.field} takes an age such as >7d, and ${error.value} is none`
    case 'not-a-size':
      return `${error.field} takes a size such as >10GiB, and ${error.value} is none`
    case 'empty-value':
      return `${error.field} needs a value`
    case 'open-quote':
      return 'a quotation mark is not closed'
    case 'too-long':
      return `the filter is longer than ${error.max} characters`
    case 'too-many':
      return `the filter has more than ${error.max} terms`
    default:
      return unreachable(error)
  }
}
