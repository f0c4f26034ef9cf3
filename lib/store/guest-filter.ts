/** The guest filter as SQL with bound parameters, over the tables joined in inventory-rows.ts (g, c, s). */

import type { Comparison, Filter, NumberTest, Term, TextTest } from '@/lib/domain/filter'
import { epochMillis, type Instant, instantAt } from '@/lib/domain/units'
import { staleSql } from './inventory-rows'
import { cleanText } from './text'

/** Collects bound parameters; `$n` is all that ever reaches the SQL text. */
export type Parameters = { readonly values: unknown[]; bind(value: unknown): string }

export function newParameters(): Parameters {
  const values: unknown[] = []
  return {
    values,
    bind: (value) => {
      values.push(clean(value))
      return `$${values.length}`
    },
  }
}

/** What a link carries may hold NUL, which PostgreSQL refuses. */
const clean = (value: unknown): unknown => {
  if (typeof value === 'string') return cleanText(value)
  return Array.isArray(value) ? value.map(clean) : value
}

/**
 * A condition that holds for the guests the filter matches. Unknown figures are NULL, and NULL matches neither a
 * condition nor its negation.
 */
export function filterSql(filter: Filter, now: Instant, parameters: Parameters): string {
  if (filter.length === 0) return 'true'
  return filter
    .map((term) => {
      const condition = termSql(term, now, parameters)
      return term.negated ? `NOT (${condition})` : `(${condition})`
    })
    .join(' AND ')
}

function termSql(term: Term, now: Instant, parameters: Parameters): string {
  const { bind } = parameters
  switch (term.field) {
    case 'words':
      return anyOf(term.values, (word) => {
        // Connections are looked through once, not once per guest.
        const named = `SELECT id FROM connections c WHERE ${contains('c.name', { text: word, whole: false }, bind)}`
        return `strpos(g.search_text, ${bind(word.toLowerCase())}::text) > 0 OR g.connection_id = ANY(ARRAY(${named}))`
      })
    case 'name':
      return anyOf(term.values, (test) => contains('g.name', test, bind))
    case 'connection':
      return anyOf(term.values, (test) => contains('c.name', test, bind))
    case 'node':
      return anyOf(term.values, (test) => contains('g.node', test, bind))
    case 'tag':
      return anyOf(term.values, (test) => anyElement('g.tags', test, bind))
    case 'storage':
      return anyOf(term.values, (test) => anyElement('g.storage_names', test, bind))
    case 'platform':
      return `c.kind = ANY(${bind(term.values)}::text[])`
    case 'kind':
      return `g.kind = ANY(${bind(term.values)}::text[])`
    case 'power':
      return `g.power = ANY(${bind(term.values)}::text[])`
    case 'finding':
      return anyOf(term.values, (finding) => `g.findings @> ${bind(JSON.stringify([{ finding }]))}::jsonb`)
    case 'snapshots':
      return anyOf(term.values, (test) => compare('g.snapshot_count', test, bind))
    case 'chain':
      return anyOf(term.values, (test) => compare('g.chain_depth', test, bind))
    case 'held':
      return anyOf(term.values, (test) => compare('g.held_bytes', test, bind))
    case 'oldest':
      return anyOf(term.values, (test) => compareAge('g.oldest_snapshot_at', test, now, bind))
    case 'memory':
      return `g.memory_snapshot_count ${term.value ? '> 0' : '= 0'}`
    case 'unmanaged':
      return `g.unmanaged_count ${term.value ? '> 0' : '= 0'}`
    case 'stale':
      return `${staleSql('g.collected_at', 's.guests_at', bind(now))} = ${term.value}`
  }
}

type Bind = Parameters['bind']

const anyOf = <Value>(values: readonly Value[], condition: (value: Value) => string): string =>
  values.map((value) => `(${condition(value)})`).join(' OR ')

/** Lower-cased on both sides by PostgreSQL itself, so that its idea of case is the only one. */
const contains = (column: string, test: TextTest, bind: Bind): string =>
  test.whole
    ? `lower(${column}) = lower(${bind(test.text)}::text)`
    : `strpos(lower(${column}), lower(${bind(test.text)}::text)) > 0`

const anyElement = (column: string, test: TextTest, bind: Bind): string =>
  `EXISTS (SELECT 1 FROM unnest(${column}) AS element WHERE ${contains('element', test, bind)})`

const compare = (column: string, test: NumberTest, bind: Bind): string =>
  test === 'unknown' ? `${column} IS NULL` : `${column} ${test.comparison} ${bind(test.value)}::bigint`

/** Older than seven days = an instant before seven days ago. */
const REVERSED: Record<Comparison, Comparison> = { '=': '=', '>': '<', '>=': '<=', '<': '>', '<=': '>=' }

/** PostgreSQL's timestamps and JavaScript's dates both reach back this far; a longer age is older than everything. */
const EARLIEST_MILLIS = Date.UTC(1, 0, 1)

const compareAge = (column: string, test: NumberTest, now: Instant, bind: Bind): string => {
  if (test === 'unknown') return `${column} IS NULL`
  const then = Math.max(epochMillis(now) - test.value, EARLIEST_MILLIS)
  return `${column} ${REVERSED[test.comparison]} ${bind(instantAt(then))}::timestamptz`
}
