/** English for a terminal, from the same catalogue as the pages. */
import type { Command } from '@/lib/domain/command'
import type { Predicted } from '@/lib/domain/plan'
import type { Instant } from '@/lib/domain/units'
import type { Area } from '@/lib/i18n/catalogue'
import type { CheckTranslator, PlanTranslator } from '@/lib/i18n/checks'
import { describeCommand } from '@/lib/i18n/commands'
import { createFormat } from '@/lib/i18n/format'
import { translatorOutsidePages } from '@/lib/i18n/outside-pages'
import type { ExplainWith } from '@/lib/i18n/reasons'
import { type Output, printable } from './output'

const LANGUAGE = 'en'

export const format = createFormat(LANGUAGE, 'UTC')

type Translator = (key: string, values?: Record<string, string | number>) => string

/** Texts of one area, by a key that was put together. */
export const textsOf = (area: Area): Translator => translatorOutsidePages(LANGUAGE, area) as Translator

export const planTexts = (): PlanTranslator => translatorOutsidePages(LANGUAGE, 'plan') as PlanTranslator
export const checkTexts = (): CheckTranslator => translatorOutsidePages(LANGUAGE, 'checks') as CheckTranslator

export const explainAt = (now: Instant): ExplainWith => ({
  t: translatorOutsidePages(LANGUAGE, 'reasons') as ExplainWith['t'],
  words: translatorOutsidePages(LANGUAGE, 'words') as ExplainWith['words'],
  format,
  now,
})

/** Safe for a terminal, and with plain spaces: what is seen is what grep finds. */
export const plain = (text: string): string => printable(text.replaceAll('\u00a0', ' '))

/** Writes one line. */
export type Say = (line: string) => void
export const sayTo =
  ({ out }: Output): Say =>
  (line) =>
    out(`${plain(line)}\n`)

/** The first line of a part, apart from what stands above. */
export function heading(title: string, say: Say): void {
  say('')
  say(title)
}

/** What a step does, and what else it does in brackets. */
export function stepText(command: { do: string }): string {
  const t = translatorOutsidePages(LANGUAGE, 'commands') as Parameters<typeof describeCommand>[1]['t']
  const { title, detail } = describeCommand(command as Command, { t, format })
  return plain(detail === '' ? title : `${title} (${detail})`)
}

/** Where a guest stands: `on warm, running`. What nobody tells is said, never taken for none. */
export function placeText({ snapshots, currentParentName, currentUnknown, power }: Predicted): string {
  const on =
    currentUnknown === true
      ? 'at a place that is not told'
      : currentParentName !== null
        ? `on ${currentParentName}`
        : snapshots.length === 0
          ? 'without a snapshot'
          : `on the ${textsOf('operations')('compare.base')}`
  return plain(`${on}, ${textsOf('commands')(`power.${power}`)}`)
}

/** A word of a shell's command line; quoted only where the shell would read it otherwise. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
