import {
  CHOICES,
  type ChoiceField,
  COUNT_FIELDS,
  type Comparison,
  FILTER_FIELDS,
  type Filter,
  type FilterError,
  type FilterField,
  MAX_FILTER_LENGTH,
  MAX_FILTER_TERMS,
  type NumberTest,
  type ParsedFilter,
  TEXT_FIELDS,
  type Term,
  YES_NO_FIELDS,
  type YesNoField,
} from '@/lib/domain/filter'
import { readTerms, type TermToken, type ValueToken } from './tokens'
import { parseAge, parseSize } from './units'

/**
 * Reads a filter as people type it: `tag:prod snapshots:>3 -power:stopped web`. Terms are joined by "and", values
 * after a comma by "or", `-` negates, quotes keep spaces. Words without a field search. Never throws: what it does
 * not understand comes back with its place.
 */
export function parseFilter(text: string): ParsedFilter {
  if (text.length > MAX_FILTER_LENGTH) {
    return {
      ok: false,
      errors: [
        { at: MAX_FILTER_LENGTH, length: text.length - MAX_FILTER_LENGTH, problem: 'too-long', max: MAX_FILTER_LENGTH },
      ],
    }
  }
  const { terms, errors } = readTerms(text)
  const filter: Filter = []
  for (const token of terms) {
    const term = readTerm(token)
    if (Array.isArray(term)) errors.push(...term)
    else filter.push(term)
  }
  const surplus = terms[MAX_FILTER_TERMS]
  if (surplus !== undefined) {
    errors.push({ at: surplus.at, length: surplus.length, problem: 'too-many', max: MAX_FILTER_TERMS })
  }
  return errors.length > 0 ? { ok: false, errors } : { ok: true, filter }
}

function readTerm(token: TermToken): Term | FilterError[] {
  const { negated } = token
  if (token.field === null) {
    const values = token.values.map((value) => value.text).filter((text) => text !== '')
    // A lone comma or `""` searches for nothing, which everything contains.
    return { negated, field: 'words', values: values.length > 0 ? values : [''] }
  }
  const name = token.field.name.toLowerCase()
  const field = FILTER_FIELDS.find((known) => known === name)
  if (field === undefined) {
    return [{ at: token.field.at, length: token.field.length, problem: 'unknown-field', name, fields: FILTER_FIELDS }]
  }
  if (token.values.some((value) => value.text === '' && !value.quoted)) {
    return [{ at: token.at, length: token.length, problem: 'empty-value', field }]
  }
  return readField(negated, field, token.values)
}

function readField(negated: boolean, field: FilterField, values: ValueToken[]): Term | FilterError[] {
  if (isOneOf(TEXT_FIELDS, field)) {
    const tests = values.map(({ text, bare }) =>
      bare > 0 && text.startsWith('=') ? { text: text.slice(1), whole: true } : { text, whole: false },
    )
    return { negated, field, values: tests }
  }
  if (isOneOf(COUNT_FIELDS, field)) {
    return readNumbers(negated, field, values, { problem: 'not-a-count', usual: '=', parse: parseCount, unknown: true })
  }
  if (field === 'oldest') {
    // No snapshot and not known would both be "unknown" here: `snapshots:` tells them apart.
    return readNumbers(negated, field, values, { problem: 'not-an-age', usual: '>', parse: parseAge, unknown: false })
  }
  if (field === 'held') {
    return readNumbers(negated, field, values, { problem: 'not-a-size', usual: '>', parse: parseSize, unknown: true })
  }
  if (isOneOf(YES_NO_FIELDS, field)) return readYesNo(negated, field, values)
  return readChoice(negated, field, values)
}

type NumberRules = {
  problem: 'not-a-count' | 'not-an-age' | 'not-a-size'
  /** the comparison meant when none is written */
  usual: Comparison
  parse: (text: string) => number | null
  unknown: boolean
}

function readNumbers(
  negated: boolean,
  field: 'snapshots' | 'chain' | 'oldest' | 'held',
  values: ValueToken[],
  rules: NumberRules,
): Term | FilterError[] {
  const errors: FilterError[] = []
  const tests: NumberTest[] = []
  for (const token of values) {
    if (rules.unknown && token.text.toLowerCase() === 'unknown') {
      tests.push('unknown')
      continue
    }
    const written = COMPARISONS.find((comparison) => token.text.startsWith(comparison))
    const value = rules.parse(token.text.slice(written?.length ?? 0).trim())
    if (value === null)
      errors.push({ at: token.at, length: token.length, problem: rules.problem, field, value: token.text })
    else tests.push({ comparison: written ?? rules.usual, value })
  }
  return errors.length > 0 ? errors : { negated, field, values: tests }
}

function readYesNo(negated: boolean, field: YesNoField, values: ValueToken[]): Term | FilterError[] {
  const [first, second] = values
  const text = first?.text.toLowerCase()
  if (first !== undefined && second === undefined && (text === 'yes' || text === 'no')) {
    return { negated, field, value: text === 'yes' }
  }
  const wrong = second ?? first
  if (wrong === undefined) return []
  return [
    { at: wrong.at, length: wrong.length, problem: 'unknown-value', field, value: wrong.text, values: ['yes', 'no'] },
  ]
}

function readChoice(negated: boolean, field: ChoiceField, values: ValueToken[]): Term | FilterError[] {
  const known = CHOICES[field]
  const errors: FilterError[] = values
    .filter((token) => !known.includes(token.text.toLowerCase()))
    .map((token) => ({
      at: token.at,
      length: token.length,
      problem: 'unknown-value',
      field,
      value: token.text,
      values: known,
    }))
  return errors.length > 0 ? errors : { negated, field, values: values.map((token) => token.text.toLowerCase()) }
}

/** Longer ones first: `>=` also begins with `>`. */
const COMPARISONS: readonly Comparison[] = ['>=', '<=', '>', '<', '=']

const parseCount = (text: string): number | null => (/^\d{1,9}$/.test(text) ? Number(text) : null)

const isOneOf = <Field extends FilterField>(fields: readonly Field[], field: FilterField): field is Field =>
  fields.some((known) => known === field)
