/** What commands write: data on stdout, everything else on stderr. */
import type { FieldError, Reason } from '@/lib/domain/reason'
import type { Outcome } from '@/lib/domain/result'
import { instantAt } from '@/lib/domain/units'
import { explainInEnglish } from '@/lib/i18n/explain-in-english'
import { codeOf } from '@/lib/services/program/code'
import { CommandError, exitCodeOf } from './exit'

export type Output = { out: (text: string) => void; err: (text: string) => void }

/** One value as JSON, on one line per command, for programs. */
export const writeJson = (output: Output, value: unknown): void => output.out(`${JSON.stringify(value, null, 2)}\n`)

/** A table for people: columns as wide as what is in them. Control characters of foreign names are made visible. */
export function writeTable(output: Output, head: readonly string[], rows: readonly (readonly string[])[]): void {
  const all = [head, ...rows].map((row) => row.map(printable))
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)))
  for (const row of all) {
    const cells = row.map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - [...cell].length))
    output.out(`${cells.join('  ').trimEnd()}\n`)
  }
}

/** A name a host may have chosen, safe for a terminal. */
export const printable = (text: string): string =>
  text.replace(/\p{Cc}/gu, (character) => `\\x${(character.codePointAt(0) ?? 0).toString(16).padStart(2, '0')}`)

/** The line of a refusal: its code first, for scripts, then what is so and what to do. */
function refusalLine(why: Reason): string {
  const { title, action } = explainInEnglish(why, instantAt(Date.now()))
  const what = why.code === 'invalid' ? fieldsLine(why.errors) : action
  return printable(`${codeOf(why)}: ${sentence(title)} ${what}`.trim())
}

/** What is wrong with each field, in one line. */
const fieldsLine = (errors: readonly FieldError[]): string =>
  errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ')

/** A title as a sentence of a longer line. */
export const sentence = (title: string): string => (/[.!?]$/.test(title) ? title : `${title}.`)

/** Ends the command with a refusal. */
export function refuse(why: Reason): never {
  throw new CommandError(exitCodeOf(why), refusalLine(why))
}

/** The value of an outcome, or the end of the command. */
export const valueFrom = <T>(outcome: Outcome<T>): T => (outcome.ok ? outcome.value : refuse(outcome.why))

/** A reason on one line: its code, what is so, and what to do. */
export function reasonLine(why: { code: string } | undefined): string {
  return why === undefined ? 'nothing-to-do' : printable(`${why.code}: ${reasonText(why)}`)
}

/** A reason in words: what is so, and what to do. */
export function reasonText(why: { code: string }): string {
  const { title, action } = explainInEnglish(why as Reason, instantAt(Date.now()))
  return `${sentence(title)} ${action}`.trim()
}
