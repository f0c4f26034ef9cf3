/** Splits the text of a filter into terms: `-field:value,"two words"`. Full-width ： and ， count as : and ,. */
import type { FilterError } from '@/lib/domain/filter'

/** `bare` = how many of the first characters stand outside quotes: only those can be operators. */
export type ValueToken = { text: string; quoted: boolean; bare: number; at: number; length: number }
export type TermToken = {
  negated: boolean
  field: { name: string; at: number; length: number } | null
  values: ValueToken[]
  at: number
  length: number
}

const SPACE = /\s/
const COMMA = /[,，]/
const FIELD = /^([\p{L}][\p{L}\p{N}_-]*)[:：]/u

/** The terms of `text` in order, or the quote that is not closed. */
export function readTerms(text: string): { terms: TermToken[]; errors: FilterError[] } {
  const terms: TermToken[] = []
  let at = 0
  while (at < text.length) {
    if (SPACE.test(text.charAt(at))) {
      at += 1
      continue
    }
    const start = at
    const negated = text.charAt(at) === '-' && at + 1 < text.length && !SPACE.test(text.charAt(at + 1))
    if (negated) at += 1
    const named = FIELD.exec(text.slice(at))
    const field = named?.[1] === undefined ? null : { name: named[1], at, length: named[1].length }
    if (named !== null) at += named[0].length
    const values: ValueToken[] = []
    for (;;) {
      const value = readValue(text, at)
      if (value === null) return { terms, errors: [{ at, length: text.length - at, problem: 'open-quote' }] }
      values.push(value)
      at += value.length
      if (at >= text.length || !COMMA.test(text.charAt(at))) break
      at += 1
    }
    terms.push({ negated, field, values, at: start, length: at - start })
  }
  return { terms, errors: [] }
}

/** One value from `at` up to a comma or space; null when its quote is not closed. */
function readValue(text: string, at: number): ValueToken | null {
  let value = ''
  let quoted = false
  let bare = 0
  let place = at
  while (place < text.length) {
    const char = text.charAt(place)
    if (char === '"') {
      const closed = readQuoted(text, place + 1)
      if (closed === null) return null
      value += closed.text
      quoted = true
      place = closed.end
    } else if (SPACE.test(char) || COMMA.test(char)) {
      break
    } else {
      value += char
      if (!quoted) bare += 1
      place += 1
    }
  }
  return { text: value, quoted, bare, at, length: place - at }
}

/** The text up to the closing quote; `\"` and `\\` stand for themselves. */
function readQuoted(text: string, from: number): { text: string; end: number } | null {
  let value = ''
  for (let place = from; place < text.length; place += 1) {
    const char = text.charAt(place)
    if (char === '"') return { text: value, end: place + 1 }
    const next = text.charAt(place + 1)
    if (char === '\\' && (next === '"' || next === '\\')) {
      value += next
      place += 1
    } else {
      value += char
    }
  }
  return null
}
