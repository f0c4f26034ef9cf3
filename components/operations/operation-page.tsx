'use client'
/** One operation: run, then verify. Everything is read from the store: closing the page or reloading it loses nothing. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { useTranslations } from 'next-intl'
import { useEffect, useRef, useState } from 'react'
import { takeArrival } from '@/components/plan/flow-arrival'
import { FlowFrame } from '@/components/plan/flow-frame'
import { ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { CopyButton } from '@/components/ui/code-block'
import { ProgressBar } from '@/components/ui/meter'
import { useRecordKeys } from '@/components/ui/record-keys'
import { SeverityIcon } from '@/components/ui/severity'
import { shownActor } from '@/lib/domain/actor'
import { isEnded, type OperationView } from '@/lib/domain/operation'
import { elapsedMillis, SECOND } from '@/lib/domain/units'
import { describeCommand } from '@/lib/i18n/commands'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { BatchChildren } from './batch-children'
import { currentStepIndex, intentsOf, operationShare, safetySnapshotDone } from './operation-facts'
import { OperationLog } from './operation-log'
import { NextPanel, OperationDetails, RunningPanel } from './operation-panels'
import { stateSeverity, useOperationHead, useOperationTitle } from './operation-words'
import { PredictedVsActual } from './predicted-vs-actual'
import { StepProgress } from './step-progress'
import { MachineChecks } from './verification'

/** The event stream tells of every change; this is for a stream that broke unnoticed. */
const LOOK_AGAIN_MS = 5 * SECOND

export function OperationPage({ operationId }: { operationId: string }) {
  const { data: operation } = useSuspenseQuery({
    ...q.operation(operationId),
    refetchInterval: ({ state }) => (state.data !== undefined && isEnded(state.data.state) ? false : LOOK_AGAIN_MS),
  })
  useRecordKeys('operation', operationId)
  return <OperationFlow operation={operation} />
}

export function OperationFlow({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations')
  const titles = useTranslations('plan.title')
  const shell = useTranslations('shell.nav')
  const running = !isEnded(operation.state)
  const title = usePageTitle()(operation, titles)
  const guestHref = operation.guestId === null ? null : `/guests/${operation.guestId}`
  const crumbs =
    guestHref === null
      ? [{ label: t('title'), href: '/operations' }]
      : [
          { label: shell('guests'), href: '/guests' },
          { label: operation.guestName, href: guestHref },
        ]
  return (
    <FlowFrame
      title={title}
      crumbs={crumbs}
      step={running ? 'run' : 'verify'}
      closeHref={guestHref ?? '/operations'}
      side={
        <>
          {running ? <RunningPanel operation={operation} /> : <NextPanel operation={operation} />}
          <OperationDetails operation={operation} />
        </>
      }
      sideLabel={running ? t('while.heading') : t('verify.next')}
      footNote={<FootNote operation={operation} />}
      footer={
        <>
          {!running && (
            <span className="max-md:hidden">
              <Summary operation={operation} title={title} />
            </span>
          )}
          <ButtonLink href={guestHref ?? '/operations'} prefetch={false}>
            {guestHref === null ? t('footer.toOperations') : t('footer.toGuest')}
          </ButtonLink>
        </>
      }
    >
      <Headline operation={operation} running={running} />
      {operation.children.length > 0 && <BatchChildren operation={operation} />}
      {running && <StepProgress steps={operation.steps} ended={false} />}
      {!running && <MachineChecks operation={operation} />}
      <div className="later">
        {!running && <PredictedVsActual operation={operation} />}
        {!running && operation.steps.length > 0 && (
          <section className="mt-5">
            <h2 className="sw-flow-title">{t('stepsHeading')}</h2>
            <StepProgress steps={operation.steps} ended />
          </section>
        )}
        {operation.steps.length > 0 && <OperationLog log={operation.log} steps={operation.steps} following={running} />}
      </div>
    </FlowFrame>
  )
}

type Titles = ReturnType<typeof useTranslations<'plan.title'>>

/** The title of the flow that led here, so that the page stays the same page for a person. */
function usePageTitle() {
  const title = useOperationTitle()
  return (operation: OperationView, t: Titles): string => {
    const { intent, guestName: guest } = operation
    switch (intent.do) {
      case 'rollback':
      case 'take':
      case 'merge':
      case 'repair':
        return t(intent.do, { guest })
      case 'delete':
        return t('delete', { count: intent.snapshotIds.length, guest })
      case 'batch':
        return batchTitle(operation, t) ?? title(operation)
    }
  }
}

function batchTitle(operation: OperationView, t: Titles): string | null {
  const intents = intentsOf(operation)
  const kinds = new Set(intents.map((intent) => intent.do))
  if (kinds.size !== 1) return null
  const count = intents.length
  if (kinds.has('rollback')) return t('rollbackMany', { count })
  if (kinds.has('take')) return t('takeMany', { count })
  if (!kinds.has('delete')) return null
  const snapshots = intents.reduce((sum, intent) => sum + (intent.do === 'delete' ? intent.snapshotIds.length : 0), 0)
  return t('deleteMany', { count: snapshots, guests: count })
}

/** What goes on, or how it ended: said once to screen readers whenever it changes. */
function Headline({ operation, running }: { operation: OperationView; running: boolean }) {
  const t = useTranslations('operations')
  const format = useFormat()
  const now = useNow()
  const head = useOperationHead()(operation)
  const severity = stateSeverity(operation.state)
  const share = operation.children.length > 0 ? batchShare(operation) : operationShare(operation)
  const at = operation.startedAt ?? operation.createdAt
  const heading = useArrivalFocus(running)
  if (running)
    return (
      <div className="mb-1.5">
        <div className="flex flex-wrap items-baseline gap-x-3">
          <div role="status" className="flex-1 max-md:flex-auto">
            <h2 ref={heading} tabIndex={-1} className="sw-flow-head">
              {head}
            </h2>
          </div>
          <span className="text-text-2 num">
            {operation.startedAt === null
              ? t('head.queuedAt', { time: format.date(at, 'seconds', now) })
              : t('head.startedAt', { time: format.date(at, 'seconds', now) })}
          </span>
        </div>
        <div className="mt-2">
          <ProgressBar share={share} label={head} />
        </div>
      </div>
    )
  return (
    <div className="sw-verdict mb-4">
      {severity === null ? <span /> : <SeverityIcon severity={severity} />}
      <div role="status">
        <h2 ref={heading} tabIndex={-1} className="sw-flow-head">
          {head}
        </h2>
        {operation.finishedAt !== null && (
          <p className="text-text-2">
            {t(operation.state === 'succeeded' ? 'head.finished' : 'head.ended', {
              time: format.date(operation.finishedAt, 'seconds', now),
              took: format.duration(Math.max(0, elapsedMillis(at, operation.finishedAt))),
            })}
          </p>
        )}
      </div>
    </div>
  )
}

/** Run and Verify are steps of the flow one came from: their headings get the focus that would be nowhere. */
function useArrivalFocus(running: boolean) {
  const heading = useRef<HTMLHeadingElement>(null)
  const [hasArrived, setHasArrived] = useState(false)
  useEffect(() => {
    if (takeArrival()) setHasArrived(true)
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: when the run ends its heading goes, and the focus with it
  useEffect(() => {
    if (hasArrived && document.activeElement === document.body) heading.current?.focus()
  }, [hasArrived, running])
  return heading
}

const batchShare = ({ children }: OperationView): number => {
  const [over, total] = children.reduce(
    ([done, all], { state, steps }) => [done + (isEnded(state) ? steps.total : steps.over), all + steps.total],
    [0, 0],
  )
  return total === 0 ? 0 : over / total
}

function FootNote({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.footer')
  const format = useFormat()
  const now = useNow()
  const safety = safetySnapshotDone(operation)
  if (isEnded(operation.state))
    return (
      <>
        {t('recorded')} <code className="sw-mono ml-1 break-all">{operation.id}</code>
      </>
    )
  if (safety !== null && safety.command.do === 'snapshot.take')
    return (
      <span className="inline-flex items-center gap-2">
        <SeverityIcon severity="ok" />
        {t('safetyReady', {
          name: safety.command.name,
          time: format.date(safety.askedAt ?? operation.createdAt, 'time', now),
        })}
      </span>
    )
  return currentStepIndex(operation) === -1 ? null : t('running')
}

/** The whole of it as text, to be pasted into a ticket. */
function Summary({ operation, title }: { operation: OperationView; title: string }) {
  const t = useTranslations('operations')
  const commands = useTranslations('commands')
  const format = useFormat()
  const now = useNow()
  const head = useOperationHead()(operation)
  const steps = operation.steps.map((step) => {
    const text = describeCommand(step.command, { t: commands, format })
    return `- ${text.title}: ${t(`step.${step.state}`)}`
  })
  const text = [
    title,
    head,
    `${t('details.by')}: ${shownActor(operation.askedBy)}, ${format.date(operation.createdAt, 'full', now)}`,
    ...steps,
    `${t('details.id')}: ${operation.id}`,
  ].join('\n')
  return <CopyButton text={text} size="md" label={t('footer.copySummary')} />
}
