/** What a check reads like: one sentence, why, and what works instead. Exhaustive over verdicts and intents. */
import type { useTranslations } from 'next-intl'
import type { Check, Intent, SingleIntent } from '@/lib/domain/plan'
import { unreachable } from '@/lib/domain/result'
import { type ExplainWith, explainReason } from './reasons'

export type CheckTranslator = ReturnType<typeof useTranslations<'checks'>>
export type PlanTranslator = ReturnType<typeof useTranslations<'plan'>>

/** `title` is the sentence; `text` says why and what to do ('' where the sentence is all there is to say). */
export type CheckText = { title: string; text: string }

/** A check in words. `guest` is the guest it is about, or the plan's. */
export function describeCheck(check: Check, guest: string, t: CheckTranslator, explain: ExplainWith): CheckText {
  const why = check.why === undefined ? null : explainReason(check.why, explain)
  const text = why === null ? '' : joined(why.title, why.action)
  switch (check.verdict) {
    case 'pass':
      return { title: t(`${check.id}.what`), text }
    case 'warn':
      return { title: t(`${check.id}.warn`, { guest }), text }
    case 'block':
      if (why !== null && saysMore(check.why)) return { title: why.title, text: why.action }
      return { title: t(`${check.id}.block`, { guest }), text }
    case 'unknown':
      return { title: t(`${check.id}.unknown`, { guest }), text }
    default:
      return unreachable(check.verdict)
  }
}

/** The check's own sentence would be wrong: nothing to do is no "not possible", and data without an entry is whole. */
const saysMore = (why: Check['why']): boolean =>
  why?.code === 'nothing-to-do' || (why?.code === 'incomplete-target' && why.state === 'unmanaged')

const ENDS = /[.。！？?!]$/
const joined = (first: string, second: string): string =>
  second === ''
    ? first
    : `${ENDS.test(first) ? first : `${first}${/[\u4e00-\u9fff]$/.test(first) ? '。' : '. '}`}${second}`

/** The alternative an impossible plan or a blocked check offers, as the words of its button. */
export function describeInstead(instead: Intent, t: PlanTranslator): string {
  switch (instead.do) {
    case 'batch':
      return t('instead.batch', { count: instead.intents.length })
    case 'rollback':
      return rollbackWords(instead, t)
    case 'delete':
      return instead.children === 'delete'
        ? t('instead.deleteChildren')
        : t('instead.delete', { count: instead.snapshotIds.length })
    case 'take':
      if (instead.memory) return t('instead.takeMemory')
      if (instead.quiesce) return t('instead.takeQuiesced')
      if (instead.kind === 'internal') return t('instead.takeInternal')
      return instead.kind === 'external' ? t('instead.takeExternal') : t('instead.takeDisks')
    case 'merge':
      if (instead.direction === 'pull') return t('instead.mergePull')
      return instead.direction === 'commit' ? t('instead.mergeCommit') : t('instead.merge')
    case 'repair':
      return t(`instead.repair.${instead.repair.fix}`)
    default:
      return unreachable(instead)
  }
}

function rollbackWords(intent: Extract<SingleIntent, { do: 'rollback' }>, t: PlanTranslator): string {
  if (intent.deleteNewer) return t('instead.deleteNewer')
  if (intent.shutdown) return t('instead.rollbackShutdown')
  if (intent.safetySnapshot === false) return t('instead.rollbackWithoutSafety')
  return intent.safetySnapshot === true ? t('instead.rollbackWithSafety') : t('instead.rollback')
}
