/** A plan on a terminal, in the words of the pages: what is done, lost, kept and needed, and what stands against it. */
import type { Check, Intent, Keep, Loss, Merge, SingleIntent } from '@/lib/domain/plan'
import { instantAt } from '@/lib/domain/units'
import { describeCheck, describeInstead } from '@/lib/i18n/checks'
import { keepLines, type Line, lossLines, mergeLines, rangeText, timeText } from '@/lib/i18n/consequences'
import type { Arguments } from './arguments'
import type { ProgramPlan } from './backend'
import { commandLine, planCommandLine } from './intent-command'
import { type Output, reasonText } from './output'
import { checkTexts, explainAt, format, heading, placeText, plain, planTexts, type Say, sayTo, stepText } from './words'

/** Names of what a plan is about, by id. */
export type Names = ReadonlyMap<string, string>

const intentOf = (plan: ProgramPlan): Intent => plan.intent as unknown as Intent
const partsOf = (intent: Intent): SingleIntent[] => (intent.do === 'batch' ? intent.intents : [intent])

/** Guests and snapshots a plan names by id only. */
export const guestsOf = (plan: ProgramPlan): string[] => [
  ...new Set(partsOf(intentOf(plan)).map(({ guestId }) => guestId)),
]

/** Shows a plan, and ends with how to go on. */
export function showPlan(output: Output, plan: ProgramPlan, names: Names, given: Arguments): void {
  const say = sayTo(output)
  const possible = plan.kind === 'plan'
  say(`${titleOf(plan, names)}${possible ? '' : ': not possible as asked'}`)
  say(`Plan ${plan.id}${plan.validUntil === null ? '' : `, valid until ${clock(plan.validUntil)}`}`)
  if (possible) showConsequences(plan, say)
  showReasons(plan, say)
  if (plan.checks.length > 0) showChecks(plan, names, say)
  if (possible) showConsent(plan, given, say)
  else showInstead(plan, given, say)
}

const clock = (instant: string): string => `${instant.slice(0, 16).replace('T', ' ')} UTC`

function titleOf(plan: ProgramPlan, names: Names): string {
  const t = planTexts()
  const intents = partsOf(intentOf(plan))
  const [first] = intents
  if (first === undefined) return ''
  const guest = names.get(first.guestId) ?? first.guestId
  const count = intents.reduce((sum, each) => sum + (each.do === 'delete' ? each.snapshotIds.length : 0), 0)
  const many = intents.length > 1
  switch (first.do) {
    case 'rollback': {
      if (many) return t('title.rollbackMany', { count: intents.length })
      const snapshot = names.get(first.snapshotId)
      return `${t('title.rollback', { guest })}${snapshot === undefined ? '' : ` to ${snapshot}`}`
    }
    case 'take':
      return many ? t('title.takeMany', { count: intents.length }) : t('title.take', { guest })
    case 'delete':
      return many ? t('title.deleteMany', { count, guests: intents.length }) : t('title.delete', { count, guest })
    case 'merge':
    case 'repair':
      return t(`title.${first.do}`, { guest })
  }
}

function showConsequences(plan: ProgramPlan, say: Say): void {
  const t = planTexts()
  const tools = { t, format }
  const kinds = partsOf(intentOf(plan)).map((each) => each.do)
  const safety = kinds.includes('rollback') && kinds.length === 1 ? safetyIn(plan) : null
  showSteps(plan, say)
  const losses = (plan.losses ?? []) as Loss[]
  const merges = (plan.merges ?? []) as Merge[]
  // What is merged says it itself, and a file that is deleted is no "nothing".
  const isSaid = merges.length > 0 || plan.steps?.some((step) => step.do === 'volume.delete') === true
  if (losses.length === 0 && !isSaid) heading(t('happen.nothingLost'), say)
  else section(t(kinds[0] === 'delete' ? 'happen.lostForGood' : 'happen.lost'), lossLines(losses, tools), say)
  section(t('happen.merged'), mergeLines(merges, tools), say)
  section(t('happen.kept'), keepLines((plan.keeps ?? []) as Keep[], tools, safety), say)
  for (const { storageName, peak, frees, insideImages } of plan.space ?? []) {
    const inside =
      insideImages.max === 0 ? [] : [{ label: t('space.inside'), value: rangeText(known(insideImages), tools) }]
    const lines = [
      { label: t('space.needed'), value: rangeText(known(peak), tools) },
      { label: t('space.freed'), value: rangeText(known(frees), tools) },
      ...inside,
    ]
    section(t('space.heading', { storage: storageName }), lines, say)
  }
  section(t('happen.time'), timeLines(plan, safety, kinds.includes('rollback')), say)
}

/** Programs may read a lower bound that is not told; there is none below nothing. */
const known = ({ min, max }: { min: number | null; max: number | null }) => ({ min: min ?? 0, max })

const safetyIn = (plan: ProgramPlan): string | null => {
  const taken = plan.steps?.find((step) => step.do === 'snapshot.take')?.command
  return taken !== undefined && typeof taken.name === 'string' ? taken.name : null
}

function timeLines(plan: ProgramPlan, safety: string | null, rollback: boolean): Line[] {
  const t = planTexts()
  const [only, ...others] = plan.guests ?? []
  const lines: Line[] = [
    {
      label: t('time.takes'),
      value: timeText(plan.time, { t, format }),
      ...(plan.time === null && { hint: t('time.unknownHint') }),
    },
  ]
  const alone = only !== undefined && others.length === 0 ? only : null
  // A guest that is off and stays off has no downtime to speak of.
  if (plan.downtime !== null && !(plan.downtime === 'none' && alone?.predicted.power === 'stopped')) {
    const off = plan.downtime === 'off'
    const label =
      alone === null
        ? t(off ? 'time.unavailableMany' : 'time.runningMany')
        : t(off ? 'time.unavailable' : 'time.running', { guest: alone.name })
    lines.push({ label, value: t(`time.downtime.${plan.downtime}`) })
  }
  if (rollback) {
    const value = t(safety === null ? 'time.reversibleNo' : 'time.reversibleYes')
    lines.push({
      label: t('time.reversible'),
      value,
      ...(safety !== null && { hint: t('time.reversibleBy', { snapshot: safety }) }),
    })
  }
  if (alone !== null) lines.push({ label: 'Afterwards', value: placeText(alone.predicted) })
  return lines
}

function showSteps(plan: ProgramPlan, say: Say): void {
  const steps = plan.steps ?? []
  const guests = new Map((plan.guests ?? []).map(({ id, name }) => [id, name]))
  const numbers = new Map(steps.map(({ key }, index) => [key, index + 1]))
  const width = String(steps.length).length
  heading('Steps', say)
  for (const [index, { command, guestId, undo }] of steps.entries()) {
    const guest = guests.size > 1 ? `${guests.get(guestId) ?? guestId}: ` : ''
    const back = numbers.get(undo)
    const hint = back === undefined ? '' : `, taken back by step ${back}`
    say(`  ${String(index + 1).padStart(width)}  ${guest}${stepText(command)}${hint}`)
  }
}

function section(title: string, lines: readonly Line[], say: Say): void {
  if (lines.length === 0) return
  heading(title, say)
  const told = lines.map(({ label, value, hint }) => [plain(label), plain(value), plain(hint ?? '')] as const)
  const [labels, values] = [widest(told.map(([label]) => label)), widest(told.map(([, value]) => value))]
  for (const [label, value, hint] of told) {
    say(`  ${label.padEnd(labels)}  ${value.padEnd(values)}  ${hint}`.trimEnd())
  }
}

const widest = (texts: readonly string[]): number => Math.max(...texts.map((text) => text.length))

/** Why it is impossible, where no check says it. */
function showReasons(plan: ProgramPlan, say: Say): void {
  const said = new Set(plan.checks.map(({ why }) => JSON.stringify(why)))
  const rest = plan.why.filter((why) => !said.has(JSON.stringify(why)))
  if (rest.length > 0) say('')
  for (const why of rest) say(`  ${reasonText(why)}`)
}

const ORDER: readonly Check['verdict'][] = ['block', 'unknown', 'warn']
const VERDICTS = { block: 'BLOCKS', unknown: 'NOT KNOWN', warn: 'WARNING', pass: 'passed' } as const

/** What did not pass, the worst first, each with the id that --override takes; the rest is counted. */
function showChecks(plan: ProgramPlan, names: Names, say: Say): void {
  const t = planTexts()
  const checks = plan.checks as Check[]
  const of = (...verdicts: Check['verdict'][]) => checks.filter(({ verdict }) => verdicts.includes(verdict))
  const [warnings, blockers, passed] = [of('warn').length, of('block', 'unknown').length, of('pass').length]
  heading(`${t('checks.heading')}: ${t('checks.summary', { warnings, blockers, passed: String(passed) })}`, say)
  const explain = explainAt(instantAt(Date.now()))
  const guests = partsOf(intentOf(plan)).map(({ guestId }) => names.get(guestId) ?? guestId)
  for (const check of of(...ORDER).sort((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict))) {
    const guest = check.guestId === null ? (guests[0] ?? '') : (names.get(check.guestId) ?? check.guestId)
    const { title, text } = describeCheck(check, guest, checkTexts(), explain)
    const overridden = check.overridden ? `, ${t('checks.overridden').toLowerCase()}` : ''
    say(`  ${VERDICTS[check.verdict]}  ${title} [${check.id}]${overridden}`)
    if (text !== '') say(`      ${text}`)
  }
}

function showConsent(plan: ProgramPlan, given: Arguments, say: Say): void {
  const t = planTexts()
  heading(`${t('nothingChanged')} To do it:`, say)
  say(`  ${commandLine(given, 'apply', plan.id, '--digest', plan.digest ?? '', '--watch')}`)
  // Not filled in: a written yes that can be copied is none.
  if (plan.consent === 'type-name')
    say(`It needs a written yes: add --typed-name with exactly: ${plan.consentText ?? ''}`)
}

function showInstead(plan: ProgramPlan, given: Arguments, say: Say): void {
  const t = planTexts()
  const offers = plan.instead as unknown as Intent[]
  if (offers.length > 0) heading(t('impossible.instead'), say)
  else if (plan.checks.length > 0) heading(t('impossible.none'), say)
  for (const offer of offers) {
    say(`  ${describeInstead(offer, t)}:`)
    say(`    ${planCommandLine(offer, given)}`)
  }
}
