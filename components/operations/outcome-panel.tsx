'use client'
/** It worked by machine. Whether it works for people is theirs to say: All good, or undo. */
import { useQuery } from '@tanstack/react-query'
import { CornerUpRight, GitBranch, Layers, Plug } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { verifyOperation } from '@/app/actions/operation'
import { useAction } from '@/components/auth/use-action'
import { useExplain } from '@/components/inventory/reason-notice'
import { Consequence } from '@/components/plan/consequences'
import { useRoleWords } from '@/components/plan/use-rights'
import { Button, ButtonLink } from '@/components/ui/button'
import { useNow } from '@/components/ui/clock'
import { SeverityIcon } from '@/components/ui/severity'
import { shownActor } from '@/lib/domain/actor'
import type { OperationView, Verification } from '@/lib/domain/operation'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'
import { rollbackTarget, safetySnapshotDone } from './operation-facts'
import { useChecklist } from './use-checklist'

/** Somebody closed it: the verdict is the human line without a text of its own. */
const verdictOf = (operation: OperationView): Verification | undefined =>
  operation.verifications.findLast(({ what, text }) => what === 'human' && text === '')

export function OutcomePanel({ operation }: { operation: OperationView }) {
  const t = useTranslations('operations.verify')
  const { guest, safetyName, safety } = useSafety(operation)
  return (
    <section>
      <h2 className="sw-flow-title">{t('next')}</h2>
      <Works operation={operation} safety={safety} waits={safetyName !== null} />
      <UndoPanel operation={operation} />
      {guest !== undefined && <NowFacts guest={guest} />}
    </section>
  )
}

/** The guest as it is, and the snapshot that keeps what was before. */
function useSafety(operation: OperationView) {
  const { data: guest } = useQuery({
    ...q.guest(operation.guestId ?? ''),
    enabled: operation.guestId !== null,
  })
  const taken = safetySnapshotDone(operation)?.command
  const safetyName = taken?.do === 'snapshot.take' ? taken.name : null
  const safety = guest?.snapshots.find((snapshot) => snapshot.name === safetyName) ?? null
  return { guest, safetyName, safety }
}

/** The way back to before a rollback; nothing for any other operation. */
export function UndoPanel({ operation }: { operation: OperationView }) {
  const { safetyName, safety } = useSafety(operation)
  if (rollbackTarget(operation) === null || operation.guestId === null) return null
  return <Undo guestId={operation.guestId} safety={safety} taken={safetyName !== null} />
}

function Works(props: { operation: OperationView; safety: SnapshotView | null; waits: boolean }) {
  const t = useTranslations('operations.verify')
  const format = useFormat()
  const now = useNow()
  const explain = useExplain()
  const { operation, safety } = props
  const { answers } = useChecklist(operation.id)
  const verify = useAction(verifyOperation)
  const mayNot = useRoleWords('snapshot.take')
  const verdict = verdictOf(operation)
  if (verdict?.result === 'pass')
    return (
      <p className="mt-3 flex gap-2">
        <SeverityIcon severity="ok" />
        <span>
          {t('closed', { by: shownActor(verdict.by ?? ''), time: format.date(verdict.at, 'moment', now) })}.{' '}
          {safety?.note?.expiresAt && t('safetyUntil', { time: format.date(safety.note.expiresAt, 'moment', now) })}
        </span>
      </p>
    )
  return (
    <>
      <h3 className="sw-flow-group">{t('worksTitle')}</h3>
      <p className="text-text-2 mb-2">
        {t('worksText')} {props.waits && t('safetyCountdown')}
      </p>
      <Button
        variant="primary"
        full
        busy={verify.busy}
        disabledReason={mayNot}
        onClick={() => verify.run({ id: operation.id, allGood: true, note: '', checks: answers }, () => undefined)}
      >
        {t('allGood')}
      </Button>
      {verify.refusal !== null && (
        <p role="alert" className="mt-1 sw-text-critical">
          {explain(verify.refusal).title}
        </p>
      )}
    </>
  )
}

function Undo({ guestId, safety, taken }: { guestId: string; safety: SnapshotView | null; taken: boolean }) {
  const t = useTranslations('operations.verify')
  return (
    <>
      <h3 className="sw-flow-group mt-3">{t('notTitle')}</h3>
      {taken ? (
        <>
          <p className="text-text-2 mb-2">{t('notText')}</p>
          {safety !== null && (
            <ButtonLink full icon={CornerUpRight} prefetch={false} href={`/guests/${guestId}/rollback/${safety.id}`}>
              {t('undo')}
            </ButtonLink>
          )}
        </>
      ) : (
        <p className="text-text-2">{t('noUndo')}</p>
      )}
    </>
  )
}

function NowFacts({ guest }: { guest: GuestDetail }) {
  const t = useTranslations('operations.verify')
  const power = useTranslations('guest.power')
  const compare = useTranslations('operations.compare')
  const format = useFormat()
  const at = guest.snapshots.find((snapshot) => snapshot.id === guest.currentParentId)
  return (
    <>
      <h3 className="sw-flow-group mt-3">{t('now')}</h3>
      <ul>
        <Consequence icon={GitBranch} label={t('youAreAt')} value={at?.name ?? compare('base')} />
        <Consequence icon={Plug} label={t('power')} value={power(guest.power)} />
        {guest.snapshotCount !== null && (
          <Consequence icon={Layers} label={t('snapshots')} value={format.number(guest.snapshotCount)} />
        )}
      </ul>
    </>
  )
}
