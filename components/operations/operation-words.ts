'use client'
/** An operation in words: what it is, and the sentence over its page. */
import { useTranslations } from 'next-intl'
import { useNow } from '@/components/ui/clock'
import type { Severity } from '@/components/ui/severity'
import type { Operation, OperationRow, OperationState, OperationView } from '@/lib/domain/operation'
import type { Intent, SingleIntent } from '@/lib/domain/plan'
import type { ReasonCode } from '@/lib/domain/reason'
import { unreachable } from '@/lib/domain/result'
import { describeCommand } from '@/lib/i18n/commands'
import { useFormat } from '@/lib/i18n/use-format'
import { currentStepIndex, rollbackTarget, stepsDone } from './operation-facts'

/** How loud a state is; 'info' states have no colour. */
export const stateSeverity = (state: OperationState): Severity | null => {
  switch (state) {
    case 'queued':
    case 'running':
    case 'cancelled':
      return null
    case 'succeeded':
      return 'ok'
    case 'failed':
      return 'critical'
    case 'needs-attention':
      return 'warning'
    default:
      return unreachable(state)
  }
}

/** What an operation does, as a title. */
export function useOperationTitle(): (operation: Pick<Operation, 'intent' | 'steps'>) => string {
  const t = useTranslations('operations.what')
  return ({ intent, steps }) => {
    switch (intent.do) {
      case 'rollback': {
        const snapshot = rollbackTarget({ steps })
        return snapshot === null ? t('rollbackUnnamed') : t('rollback', { snapshot })
      }
      case 'take': {
        const named = steps.find(({ command }) => command.do === 'snapshot.take')?.command
        return named?.do === 'snapshot.take' ? t('takeNamed', { snapshot: named.name }) : t('take')
      }
      case 'delete':
        return t('delete', { count: intent.snapshotIds.length })
      case 'merge':
        return t('merge')
      case 'repair':
        return t('repair')
      case 'batch': {
        const [each, ...others] = [...new Set(intent.intents.map((single) => single.do))]
        const count = intent.intents.length
        return each === undefined || others.length > 0 ? t('batch', { count }) : t(`batchOf.${each}`, { count })
      }
      default:
        return unreachable(intent)
    }
  }
}

/** The same from a row of the list, which has no steps. */
export function useOperationKind(): (
  row: Pick<OperationRow, 'kind' | 'children' | 'snapshots' | 'fix' | 'each'>,
) => string {
  const t = useTranslations('operations.what')
  const repairs = useTranslations('plan.instead.repair')
  return ({ kind, children, fix, each, snapshots: { first: snapshot, count } }) => {
    switch (kind) {
      case 'rollback':
        return snapshot === null ? t('rollbackUnnamed') : t('rollback', { snapshot })
      case 'take':
        return snapshot === null ? t('take') : t('takeNamed', { snapshot })
      case 'delete':
        return snapshot === null || count !== 1 ? t('delete', { count }) : t('deleteNamed', { snapshot })
      case 'merge':
        return t('merge')
      case 'repair':
        return fix === null ? t('repair') : repairs(fix)
      case 'batch': {
        const guests = Object.values(children ?? {}).reduce((sum, count) => sum + count, 0)
        return each === null ? t('batch', { count: guests }) : t(`batchOf.${each}`, { count: guests })
      }
      default:
        return unreachable(kind)
    }
  }
}

/** The sentence over the page: what is going on, or how it ended. */
export function useOperationHead(): (operation: OperationView) => string {
  const t = useTranslations('operations.head')
  const commands = useTranslations('commands')
  const format = useFormat()
  const now = useNow()
  return (operation) => {
    const total = String(operation.steps.length)
    const at = currentStepIndex(operation)
    const done = stepsDone(operation)
    switch (operation.state) {
      case 'queued':
        return t('queued')
      case 'running': {
        if (operation.intent.do === 'batch') return batchHead(operation)
        const step = operation.steps[at] ?? operation.steps.at(-1)
        if (step === undefined) return t('queued')
        const { doing } = describeCommand(step.command, { t: commands, format })
        return t('running', { doing, step: String(Math.max(1, at === -1 ? operation.steps.length : at + 1)), total })
      }
      case 'succeeded':
        return succeeded(operation, operation.intent)
      case 'failed':
        return done === 0 && operation.intent.do !== 'batch'
          ? t('failedEarly')
          : operation.intent.do === 'batch'
            ? batchHead(operation)
            : t('failed', { step: String(failedStep(operation)), total })
      case 'cancelled':
        return done === 0 ? t('cancelledAll') : t('cancelled', { step: String(done + 1), done: String(done), total })
      case 'needs-attention':
        if (operation.intent.do === 'batch') return batchHead(operation)
        return attentionHead(operation)
      default:
        return unreachable(operation.state)
    }
  }

  /** A right or a hold between two steps leaves nothing in question; of everything else a person must look first. */
  function attentionHead(operation: OperationView): string {
    const { steps, why, guestName: guest } = operation
    if (why?.code === 'probe-failed') return t('unanswered', { guest, snapshot: rollbackTarget(operation) ?? '' })
    const stopped = steps.findIndex(({ state, askedAt }) => state === 'failed' && askedAt === null)
    if (stopped === -1 || why === null || !BETWEEN_STEPS.includes(why.code)) return t('needs-attention')
    const [done, total] = [String(stepsDone(operation)), String(steps.length)]
    return t('between', { step: String(stopped + 1), done, total })
  }

  function batchHead(operation: OperationView): string {
    const done = operation.children.filter((child) => child.state === 'succeeded').length
    return t('succeeded.batch', { done: String(done), total: String(operation.children.length) })
  }

  function succeeded(operation: OperationView, intent: Intent | SingleIntent): string {
    const guest = operation.guestName
    switch (intent.do) {
      case 'rollback':
        return t('succeeded.rollback', { guest, snapshot: rollbackTarget(operation) ?? '' })
      case 'take':
        return t('succeeded.take', {
          guest,
          time: format.date(operation.finishedAt ?? operation.createdAt, 'moment', now),
        })
      case 'delete':
        return t('succeeded.delete', { count: intent.snapshotIds.length })
      case 'merge':
      case 'repair':
        return t(`succeeded.${intent.do}`, { guest })
      case 'batch':
        return batchHead(operation)
      default:
        return unreachable(intent)
    }
  }
}

/** Why a step was not asked although the guest is as it should be. */
const BETWEEN_STEPS: readonly ReasonCode[] = ['asker-may-not', 'observe-only', 'held']

const failedStep = (operation: OperationView): number =>
  Math.max(
    0,
    operation.steps.findIndex((step) => step.state === 'failed' || step.state === 'unsure'),
  ) + 1
