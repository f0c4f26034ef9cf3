'use client'
/** Roll a guest back: choose the snapshot and how, see what it costs, agree. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFlowWords } from '@/components/plan/flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from '@/components/plan/guest-flow'
import { GuestTags } from '@/components/plan/guest-tags'
import { safetySnapshotOf } from '@/components/plan/plan-facts'
import { PlanFlow } from '@/components/plan/plan-flow'
import { RollbackTimeline } from '@/components/plan/rollback-timeline'
import { SnapshotChoice } from '@/components/plan/snapshot-choice'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import { SwitchRow } from '@/components/ui/choice'
import { asId, type SnapshotId } from '@/lib/domain/ids'
import type { Intent, Plan, Planned, SingleIntent } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { q } from '@/lib/web/queries'

type RollbackIntent = Extract<SingleIntent, { do: 'rollback' }>
/** What a person decided; what is absent is left to the planner, and shown as it decided. */
type Choices = Pick<RollbackIntent, 'safetySnapshot' | 'shutdown' | 'startAfter' | 'deleteNewer'>

type Props = { guestId: string; snapshotId: string; first: Planned | null }

export function RollbackFlow({ guestId, snapshotId, first }: Props) {
  const t = useTranslations('flows.rollback')
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const stored = rollbackIn(first)
  const [target, setTarget] = useState<SnapshotId>(stored?.snapshotId ?? asId<SnapshotId>(snapshotId))
  const [choices, setChoices] = useState<Choices>(() => (stored === null ? {} : choicesOf(stored)))
  /** an alternative of another kind, e.g. deleting newer ones first, is planned as it was offered */
  const [other, setOther] = useState<Intent | null>(null)
  const words = useFlowWords([guest])
  const crumbs = useGuestCrumbs(guest)
  const mayNot = useRoleWords('snapshot.rollback')
  const overrides = useMissingRole('plan.override') === null
  const snapshot = guest.snapshots.find(({ id }) => id === target)
  const intent: Intent = other ?? { do: 'rollback', guestId: guest.id, snapshotId: target, ...choices }
  const choose = (patch: Choices) => {
    setOther(null)
    setChoices((before) => ({ ...before, ...patch }))
  }
  return (
    <PlanFlow
      title={words.title(intent)}
      aside={<GuestTags tags={guest.tags} />}
      crumbs={crumbs}
      closeHref={`/guests/${guest.id}`}
      intent={snapshot === undefined ? null : intent}
      incomplete={snapshot === undefined ? t('choose') : null}
      start={snapshot === undefined ? 'plan' : 'checks'}
      form={
        <section>
          <h2 className="sw-flow-head mb-1">{t('choose')}</h2>
          <p className="text-text-2 mb-2">{t('chooseHint')}</p>
          <SnapshotChoice
            guest={guest}
            name="snapshot"
            selected={new Set([target])}
            onToggle={(id) => {
              setOther(null)
              setTarget(id)
            }}
            single
          />
        </section>
      }
      picture={(plan) =>
        snapshot === undefined ? null : (
          <>
            <p className="text-12 text-text-3">{t('to', { name: snapshot.name })}</p>
            <RollbackTimeline guest={guest} snapshot={snapshot} losses={plan.losses} />
          </>
        )
      }
      options={(plan) => <Options guest={guest} choices={choices} plan={plan} onChoose={choose} />}
      headline={words.headline}
      primary={words.primary}
      primaryIcon={Undo2}
      guests={[guest]}
      onReplan={(instead) => {
        if (instead.do !== 'rollback') return setOther(instead)
        setOther(null)
        setTarget(instead.snapshotId)
        setChoices(choicesOf(instead))
      }}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={false}
      first={first}
      actions={PLAN_ACTIONS}
    />
  )
}

function Options(props: {
  guest: GuestDetail
  choices: Choices
  plan: Plan | null
  onChoose: (patch: Choices) => void
}) {
  const t = useTranslations('flows.rollback')
  const { guest, choices, plan, onChoose } = props
  const commands = plan?.steps.map((step) => step.command) ?? []
  const power = (to: 'shutdown' | 'on') => commands.some((command) => command.do === 'guest.power' && command.to === to)
  const safety = choices.safetySnapshot ?? (plan !== null && safetySnapshotOf(plan) !== null)
  const running = guest.power === 'running' || guest.power === 'paused'
  const starts =
    power('on') || commands.some((command) => command.do === 'snapshot.rollback' && command.powerAfter === 'running')
  return (
    <div className="border-t border-line-subtle">
      <SwitchRow
        label={t('safety')}
        hint={safety ? t('safetyHint') : t('safetyOff')}
        checked={safety}
        onChange={(event) => onChoose({ safetySnapshot: event.target.checked })}
      />
      {running && (
        <SwitchRow
          label={t('shutdown')}
          hint={t('shutdownHint')}
          checked={choices.shutdown ?? power('shutdown')}
          onChange={(event) => onChoose({ shutdown: event.target.checked })}
        />
      )}
      <SwitchRow
        label={t('start')}
        hint={t('startHint')}
        checked={choices.startAfter ?? starts}
        onChange={(event) => onChoose({ startAfter: event.target.checked })}
      />
      {choices.deleteNewer !== undefined && (
        <SwitchRow
          label={t('deleteNewer')}
          hint={t('deleteNewerHint')}
          checked={choices.deleteNewer}
          onChange={(event) => onChoose({ deleteNewer: event.target.checked })}
        />
      )}
    </div>
  )
}

function rollbackIn(first: Planned | null): RollbackIntent | null {
  if (first === null) return null
  const intent = first.kind === 'plan' ? first.plan.intent : first.intent
  return intent.do === 'rollback' ? intent : null
}

/** Only what was decided: an absent key stays absent, so that planning it again asks the same. */
function choicesOf(intent: RollbackIntent): Choices {
  const { safetySnapshot, shutdown, startAfter, deleteNewer } = intent
  return {
    ...(safetySnapshot !== undefined && { safetySnapshot }),
    ...(shutdown !== undefined && { shutdown }),
    ...(startAfter !== undefined && { startAfter }),
    ...(deleteNewer !== undefined && { deleteNewer }),
  }
}
