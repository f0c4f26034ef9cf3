'use client'
/** Many guests back to a point each: a class to its baseline, or every guest to its newest snapshot. */
import { useSuspenseQueries } from '@tanstack/react-query'
import { Undo2 } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFlowWords } from '@/components/plan/flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from '@/components/plan/guest-flow'
import { PlanFlow } from '@/components/plan/plan-flow'
import { newestFirst } from '@/components/plan/snapshot-choice'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import { Select } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { Notice } from '@/components/ui/notice'
import { TextField } from '@/components/ui/text-field'
import { asId, type SnapshotId } from '@/lib/domain/ids'
import type { Intent, Planned, SingleIntent } from '@/lib/domain/plan'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { q } from '@/lib/web/queries'

type Props = { guestIds: readonly string[]; first: Planned | null }
/** By guest; '' = left out. */
type Targets = Readonly<Record<string, string>>

export function BulkRollbackFlow({ guestIds, first }: Props) {
  const t = useTranslations('flows.rollback')
  const guests = useSuspenseQueries({ queries: guestIds.map((id) => q.guest(id)) }).map(({ data }) => data)
  const [targets, setTargets] = useState<Targets>(() => targetsIn(first) ?? newestOf(guests))
  const words = useFlowWords(guests)
  const crumbs = useGuestCrumbs(null)
  const mayNot = useRoleWords('snapshot.rollback')
  const overrides = useMissingRole('plan.override') === null
  const intent = bulkIntent(guests, targets)
  return (
    <PlanFlow
      title={words.title(intent ?? { do: 'batch', intents: [], onFailure: 'continue' })}
      crumbs={crumbs}
      closeHref="/guests"
      intent={intent}
      incomplete={intent === null ? t('bulkNone') : null}
      start="plan"
      form={<TargetForm guests={guests} targets={targets} onChange={setTargets} />}
      headline={words.headline}
      primary={words.primary}
      primaryIcon={Undo2}
      guests={guests}
      onReplan={(instead) => {
        const next = targetsOf(instead)
        if (next !== null) setTargets({ ...emptyOf(guests), ...next })
      }}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={false}
      first={first}
      actions={PLAN_ACTIONS}
    />
  )
}

function TargetForm(props: { guests: readonly GuestDetail[]; targets: Targets; onChange: (targets: Targets) => void }) {
  const t = useTranslations('flows.rollback')
  const format = useFormat()
  const now = useNow()
  const [name, setName] = useState('')
  const { guests, targets, onChange } = props
  const missing = guests.filter((guest) => (targets[guest.id] ?? '') === '').length
  const label = (snapshot: SnapshotView) =>
    snapshot.createdAt === null ? snapshot.name : `${snapshot.name} · ${format.date(snapshot.createdAt, 'moment', now)}`
  return (
    <div className="flex max-w-[620px] flex-col gap-4">
      <p className="text-text-2">{t('bulkNote')}</p>
      <TextField
        label={t('bulkName')}
        hint={t('bulkNameHint')}
        optional
        value={name}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          setName(event.target.value)
          onChange(event.target.value.trim() === '' ? newestOf(guests) : namedOf(guests, event.target.value.trim()))
        }}
      />
      {missing > 0 && <Notice tone="info">{t('bulkMissing', { count: missing })}</Notice>}
      {guests.map((guest) => (
        <Select
          key={guest.id}
          label={t('bulkPick', { guest: guest.name })}
          value={targets[guest.id] ?? ''}
          options={[
            ['', t('leaveOut')],
            ...newestFirst(guest.snapshots)
              .filter(isTarget)
              .map((snapshot) => [snapshot.id, label(snapshot)] as const),
          ]}
          onChange={(event) => onChange({ ...targets, [guest.id]: event.target.value })}
        />
      ))}
    </div>
  )
}

const isTarget = (snapshot: SnapshotView): boolean => !snapshot.unmanaged && !snapshot.incomplete

const emptyOf = (guests: readonly GuestDetail[]): Targets => Object.fromEntries(guests.map((guest) => [guest.id, '']))
const newestOf = (guests: readonly GuestDetail[]): Targets =>
  Object.fromEntries(guests.map((guest) => [guest.id, newestFirst(guest.snapshots).find(isTarget)?.id ?? '']))
/** A name, or the end of one: people know the purpose, which stands last. */
const namedOf = (guests: readonly GuestDetail[], name: string): Targets =>
  Object.fromEntries(
    guests.map((guest) => {
      const found = newestFirst(guest.snapshots).filter(isTarget)
      const snapshot = found.find((each) => each.name === name) ?? found.find((each) => each.name.endsWith(name))
      return [guest.id, snapshot?.id ?? '']
    }),
  )

function bulkIntent(guests: readonly GuestDetail[], targets: Targets): Intent | null {
  const intents = guests.flatMap((guest): SingleIntent[] => {
    const target = targets[guest.id] ?? ''
    return target === '' ? [] : [{ do: 'rollback', guestId: guest.id, snapshotId: asId<SnapshotId>(target) }]
  })
  const [only] = intents
  if (only === undefined) return null
  return intents.length === 1 ? only : { do: 'batch', intents, onFailure: 'continue' }
}

const targetsIn = (first: Planned | null): Targets | null =>
  first === null ? null : targetsOf(first.kind === 'plan' ? first.plan.intent : first.intent)

function targetsOf(intent: Intent): Targets | null {
  const rollbacks = (intent.do === 'batch' ? intent.intents : [intent]).flatMap((each) =>
    each.do === 'rollback' ? [each] : [],
  )
  return rollbacks.length === 0
    ? null
    : Object.fromEntries(rollbacks.map(({ guestId, snapshotId }) => [guestId, snapshotId]))
}
