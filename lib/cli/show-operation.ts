/** An operation on a terminal: what happens as it happens, and how it ended beside what was predicted. */
import type { NextMove, OperationEvent } from '@/lib/domain/operation'
import { isEnded } from '@/lib/domain/operation'
import { elapsedMillis } from '@/lib/domain/units'
import { describeInstead } from '@/lib/i18n/checks'
import { rangeText } from '@/lib/i18n/consequences'
import type { Arguments } from './arguments'
import type { ProgramOperation } from './backend'
import { commandLine, planCommandLine } from './intent-command'
import { type Output, reasonText, writeTable } from './output'
import { format, heading, placeText, plain, planTexts, type Say, sayTo, stepText, textsOf } from './words'

/** Turns what an operation tells into lines; steps are named by what they do and their place. */
export function eventLines(operation: ProgramOperation): (event: OperationEvent) => string {
  const t = textsOf('operations')
  const total = operation.steps.length
  const steps = new Map(
    operation.steps.map(({ key, command }, index) => [key, `${index + 1}/${total} ${stepText(command)}`]),
  )
  const lineOf = (event: OperationEvent): string => {
    if (event.event === 'state') return t(`state.${event.state}`)
    const step = steps.get(event.key) ?? event.key
    switch (event.event) {
      case 'step':
        return `${step}: ${t(`step.${event.state}`)}${event.why === null ? '' : `. ${reasonText(event.why)}`}`
      case 'progress':
        return `${step}: ${progressText(event)}`
      case 'log':
        return `${step}: ${event.line}`
    }
  }
  return (event) => `${event.at.slice(0, 19)}Z  ${plain(lineOf(event))}`
}

function progressText({ done, total, unit }: Extract<OperationEvent, { event: 'progress' }>): string {
  const t = textsOf('operations')
  if (unit === 'percent') return t('progress.percent', { share: format.percent(done / 100) })
  if (total === null) return t('progress.bytesOnly', { done: format.bytes(done) })
  return t('progress.bytes', { done: format.bytes(done), total: format.bytes(total) })
}

/** How it ended: what is so now beside what was predicted, and what to do where it is not well. */
export function showEnd(output: Output, operation: ProgramOperation, given: Arguments): void {
  const t = textsOf('operations')
  const say = sayTo(output)
  if (operation.operations.length > 0) {
    writeTable(
      output,
      ['GUEST', 'STATE', 'OPERATION', 'WHY'],
      operation.operations.map(({ id, guestName, state, why }) => [
        guestName,
        t(`state.${state}`),
        id,
        why === null ? '' : plain(reasonText(why)),
      ]),
    )
  }
  const { predicted, actual, predictedMatches } = operation
  if (predicted !== null && actual !== null) {
    const matches = predictedMatches === true
    // Of an end that could not be proven it is what the hypervisor lists: its disks may tell otherwise.
    const head = operation.state === 'needs-attention' ? 'Listed now' : 'Now'
    say(`${head}: ${operation.guestName} ${placeText(actual)}, ${t(matches ? 'compare.as' : 'compare.not')}`)
    if (!matches) say(`Predicted: ${placeText(predicted)}`)
    showDifference(operation, say)
  }
  showFreed(operation, say)
  for (const { what, result, text, why } of operation.verifications) {
    if (result === 'pass') continue
    const because = why === undefined ? '' : ` ${reasonText(why)}`
    say(`${t(`verify.said.${what}.${result}`)}${text === '' ? '' : `: ${text}`}.${because}`)
  }
  const { startedAt, finishedAt } = operation
  if (startedAt !== null && finishedAt !== null) say(`Took ${format.duration(elapsedMillis(startedAt, finishedAt))}`)
  showMoves(operation, given, say)
  if (!isEnded(operation.state)) say(`Still ${t(`state.${operation.state}`).toLowerCase()}.`)
}

/** Snapshots that should not be, or should be and are not. */
function showDifference({ predicted, actual }: ProgramOperation, say: Say): void {
  const t = textsOf('operations')
  const names = (of: typeof predicted) => of?.snapshots.map(({ name }) => name) ?? []
  const [wanted, found] = [names(predicted), names(actual)]
  const missing = wanted.filter((name) => !found.includes(name))
  const extra = found.filter((name) => !wanted.includes(name))
  if (missing.length > 0) say(`Snapshots ${t('compare.missing', { names: format.list(missing) })}`)
  if (extra.length > 0) say(`Snapshots ${t('compare.extra', { names: format.list(extra) })}`)
}

function showFreed({ spacePredicted, spaceActual }: ProgramOperation, say: Say): void {
  const t = textsOf('operations')
  const freedText = (bytes: number) =>
    bytes < 0 ? t('compare.grew', { size: format.bytes(-bytes) }) : bytes === 0 ? 'none' : format.bytes(bytes)
  for (const { storageId, freedBytes } of spaceActual) {
    const expected = spacePredicted.find((each) => each.storageId === storageId)
    if (expected === undefined || freedBytes === null) continue
    const { min, max } = expected.frees
    const foretold = rangeText({ min: min ?? 0, max }, { t: planTexts(), format })
    const label = t('compare.freed', { storage: expected.storageName })
    say(`${label}: ${freedText(freedBytes)} (predicted: ${foretold})`)
  }
  if (spaceActual.some(({ freedBytes }) => freedBytes !== null)) say(`  ${t('compare.spaceNote')}`)
}

function showMoves({ id, attention, intent }: ProgramOperation, given: Arguments, say: Say): void {
  if (attention === null || attention.moves.length === 0) return
  const t = textsOf('operations')
  const moves = attention.moves as unknown as NextMove[]
  // A rollback was sent and nobody can prove its end: what is planned now finishes it.
  const halfDone = intent.do === 'rollback' && moves.some(({ move }) => move === 'restore-backup')
  const node = intent.do === 'rollback' ? 'run-on-node-rollback' : 'run-on-node'
  heading(t('attention.heading'), say)
  for (const move of moves) {
    switch (move.move) {
      case 'propose':
        say(`  ${halfDone ? t('attention.moves.finish-rollback') : describeInstead(move.intent, planTexts())}:`)
        say(`    ${planCommandLine(move.intent, given)}`)
        break
      case 'look-again':
        say(`  ${t('attention.moves.look-again')}. ${t('attention.moves.look-again-hint')}`)
        say(`    ${commandLine(given, 'look-again', id)}`)
        break
      case 'run-on-node':
        say(`  ${t(`attention.moves.${node}`)}`)
        say(`    ${move.command}`)
        break
      case 'start-by-hand':
        say(`  ${t('attention.moves.start-by-hand')}. ${t('attention.moves.start-by-hand-hint')}`)
        say(`    ${move.command}`)
        break
      case 'wait-for-unlock':
        say(`  ${t('attention.moves.wait-for-unlock')}, then look again.`)
        break
      case 'restore-backup':
        say(`  ${t('attention.moves.restore-backup')}. ${t('attention.moves.restore-backup-hint')}`)
        break
      case 'accept':
        say(`  ${t('attention.moves.accept')}, on its page in the browser. ${t('attention.moves.accept-hint')}`)
        break
    }
  }
}
