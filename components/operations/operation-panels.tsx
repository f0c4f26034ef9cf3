'use client'
/** The right side of an operation: what one may do while it runs, and what comes next when it has ended. */
import { CircleStop, MonitorCheck } from 'lucide-react'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { cancelOperation } from '@/app/actions/operation'
import { useAction } from '@/components/auth/use-action'
import { useExplain } from '@/components/inventory/reason-notice'
import { useRoleWords } from '@/components/plan/use-rights'
import { Button } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { DefinitionList } from '@/components/ui/facts'
import { Icon } from '@/components/ui/icon'
import { shownActor } from '@/lib/domain/actor'
import type { OperationView } from '@/lib/domain/operation'
import { useFormat } from '@/lib/i18n/use-format'
import { AttentionPanel } from './attention'
import { currentStepIndex, intentsOf, nextSafeStop } from './operation-facts'
import { OutcomePanel, UndoPanel } from './outcome-panel'

export function RunningPanel({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.while')
  const batch = operation.intent.do === 'batch' ? operation.intent : null
  const rollback = intentsOf(operation).some((intent) => intent.do === 'rollback')
  return (
    <section>
      <h2 className="sw-flow-title">{t('heading')}</h2>
      <div className="sw-side-box">
        <Icon icon={MonitorCheck} />
        <div>
          <h3 className="font-strong">{t('closeTitle')}</h3>
          <p className="text-text-2">{t('closeText')}</p>
        </div>
      </div>
      <StopBox operation={operation} />
      <h3 className="sw-flow-group">{t('failTitle')}</h3>
      <p className="text-text-2">
        {batch === null
          ? t(rollback ? 'failSafety' : 'failText')
          : t(batch.onFailure === 'stop' ? 'failBatchStop' : 'failBatch')}
      </p>
    </section>
  )
}

/** Whether it can stop and where; asking is honoured between steps, never in the middle of one. */
function StopBox({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.while')
  const format = useFormat()
  const now = useNow()
  const explain = useExplain()
  const cancel = useAction(cancelOperation)
  const mayNot = useRoleWords('operation.cancel')
  const stop = operation.state === 'queued' ? 1 : nextSafeStop(operation)
  const atStep = currentStepIndex(operation) + 1
  const soon = stop !== null && stop <= atStep
  const asked = operation.cancelRequestedAt
  return (
    <div className="sw-side-box">
      <Icon icon={CircleStop} />
      <div className="min-w-0">
        <h3 className="font-strong">
          {stop === null ? t('noStopTitle') : soon ? t('stopTitle', { step: String(stop) }) : t('noStopTitle')}
        </h3>
        <p className="text-text-2">
          {asked !== null
            ? t('stopping', {
                by: shownActor(operation.cancelRequestedBy ?? ''),
                time: format.date(asked, 'time', now),
                step: String(stop ?? operation.steps.length),
              })
            : stop === null
              ? t('lastStep')
              : soon
                ? t('stopText')
                : t('noStopText', { guest: operation.guestName, step: String(stop) })}
        </p>
        {asked === null && stop !== null && (
          <div className="mt-1.5">
            <Button
              size="sm"
              disabledReason={mayNot}
              busy={cancel.busy}
              onClick={() => cancel.run({ id: operation.id }, () => undefined)}
            >
              {operation.state === 'queued' ? t('cancelQueued') : t('stop', { step: String(stop) })}
            </Button>
          </div>
        )}
        {cancel.refusal !== null && (
          <p role="alert" className="mt-1 sw-text-critical">
            {explain(cancel.refusal).title}
          </p>
        )}
      </div>
    </div>
  )
}

/** Ended: well, or with something to do about it. */
export function NextPanel({ operation }: { operation: OperationView }) {
  return operation.state === 'succeeded' ? (
    <OutcomePanel operation={operation} />
  ) : (
    <>
      <AttentionPanel operation={operation} />
      {operation.why?.code === 'probe-failed' && <UndoPanel operation={operation} />}
    </>
  )
}

export function OperationDetails({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.details')
  const parent = useTranslations('operations')
  return (
    <section>
      <h3 className="sw-flow-group">{t('heading')}</h3>
      <DefinitionList
        labelWidth={84}
        items={[
          [
            t('id'),
            <code key="id" className="sw-mono break-all">
              {operation.id}
            </code>,
          ],
          [t('by'), shownActor(operation.askedBy)],
          operation.proposedBy === operation.askedBy ? null : [t('proposedBy'), shownActor(operation.proposedBy)],
          operation.connectionName === null ? null : [t('connection'), operation.connectionName],
          operation.parentId === null
            ? null
            : [
                t('partOf'),
                <Link key="parent" href={`/operations/${operation.parentId}`} prefetch={false}>
                  {parent('title')}
                </Link>,
              ],
        ]}
      />
    </section>
  )
}
