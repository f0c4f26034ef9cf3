'use client'
/** The advisor for chains: which disk, in which direction, why; then the plan. */
import { useSuspenseQuery } from '@tanstack/react-query'
import { Combine } from 'lucide-react'
import { useTranslations } from 'next-intl'
import { useState } from 'react'
import { useFlowWords } from '@/components/plan/flow-words'
import { PLAN_ACTIONS, useGuestCrumbs } from '@/components/plan/guest-flow'
import { GuestTags } from '@/components/plan/guest-tags'
import { PlanFlow } from '@/components/plan/plan-flow'
import { useMissingRole, useRoleWords } from '@/components/plan/use-rights'
import { ButtonLink } from '@/components/ui/button'
import { RadioCards } from '@/components/ui/choice'
import { SectionHeader } from '@/components/ui/page'
import type { Intent, Planned } from '@/lib/domain/plan'
import type { GuestDetail } from '@/lib/domain/view'
import { ADVISED_CHAIN_DEPTH, adviseMerge, type DiskAdvice, type MergeReason } from '@/lib/engine/chain/merge-advice'
import { fileName } from '@/lib/i18n/commands'
import { q } from '@/lib/web/queries'

type Choices = { disk: string; direction: 'commit' | 'pull' | 'advised' }
/** Every disk, each in its advised direction. */
const ALL = ''

export function MergeFlow({ guestId, first }: { guestId: string; first: Planned | null }) {
  const { data: guest } = useSuspenseQuery(q.guest(guestId))
  const advice = adviseMerge(guest.disks ?? [], guest.findings)
  const stored = first === null ? null : first.kind === 'plan' ? first.plan.intent : first.intent
  const [choices, setChoices] = useState<Choices>(() =>
    stored?.do === 'merge'
      ? { disk: stored.disk ?? ALL, direction: stored.direction ?? 'advised' }
      : { disk: ALL, direction: 'advised' },
  )
  const words = useFlowWords([guest])
  const t = useTranslations('flows.merge')
  const nothing = advice.length > 0 && advice.every(({ direction, depth }) => direction === null && depth !== null)
  const crumbs = useGuestCrumbs(guest)
  const mayNot = useRoleWords('snapshot.merge')
  const overrides = useMissingRole('plan.override') === null
  const intent: Intent = {
    do: 'merge',
    guestId: guest.id,
    ...(choices.disk !== ALL && { disk: choices.disk }),
    ...(choices.direction !== 'advised' && { direction: choices.direction }),
  }
  return (
    <PlanFlow
      title={words.title(intent)}
      aside={<GuestTags tags={guest.tags} />}
      crumbs={crumbs}
      closeHref={`/guests/${guest.id}`}
      intent={intent}
      incomplete={nothing ? t('nothing', { guest: guest.name }) : null}
      start="plan"
      form={<MergeForm guest={guest} nothing={nothing} advice={advice} choices={choices} onChange={setChoices} />}
      headline={words.headline}
      primary={words.primary}
      primaryIcon={Combine}
      guests={[guest]}
      onReplan={(instead) => {
        if (instead.do === 'merge') setChoices({ disk: instead.disk ?? ALL, direction: instead.direction ?? 'advised' })
      }}
      mayConfirm={mayNot}
      mayOverride={overrides}
      typed={false}
      first={first}
      actions={PLAN_ACTIONS}
    />
  )
}

function MergeForm(props: {
  guest: Pick<GuestDetail, 'id' | 'name' | 'snapshots'>
  /** every layer belongs to a snapshot: there is no direction to choose */
  nothing: boolean
  advice: readonly DiskAdvice[]
  choices: Choices
  onChange: (choices: Choices) => void
}) {
  const t = useTranslations('flows.merge')
  const { guest, nothing, advice, choices, onChange } = props
  return (
    <div className="flex max-w-[720px] flex-col gap-5">
      <section>
        <SectionHeader title={t('heading')} note={t('note')} />
        <ul>
          {advice.map((disk) => (
            <AdviceLine key={disk.disk} advice={disk} />
          ))}
        </ul>
        {advice.every((disk) => disk.direction === null) && (
          <p className="mt-2 text-text-2">{t('nothing', { guest: guest.name })}</p>
        )}
        {nothing && guest.snapshots.length > 0 && (
          <ButtonLink href={`/guests/${guest.id}/delete`} prefetch={false} className="mt-3">
            {t('toDelete')}
          </ButtonLink>
        )}
      </section>
      {!nothing && advice.length > 1 && (
        <RadioCards
          label={t('disk')}
          name="disk"
          value={choices.disk}
          onChange={(disk) => onChange({ ...choices, disk })}
          options={[
            { value: ALL, label: t('allDisks') },
            ...advice.map((disk) => ({ value: disk.disk, label: disk.disk })),
          ]}
        />
      )}
      {!nothing && (
        <RadioCards
          label={t('direction')}
          name="direction"
          value={choices.direction}
          onChange={(direction) => onChange({ ...choices, direction })}
          options={[
            { value: 'advised', label: t('asAdvised') },
            { value: 'commit', label: t('commit'), hint: t('commitHint') },
            { value: 'pull', label: t('pull'), hint: t('pullHint') },
          ]}
        />
      )}
    </div>
  )
}

function AdviceLine({ advice }: { advice: DiskAdvice }) {
  const t = useTranslations('flows.merge')
  return (
    <li className="sw-check-line grid-cols-[88px_minmax(0,1fr)_auto]! max-md:grid-cols-[minmax(0,1fr)_auto]!">
      <span className="font-strong">{advice.disk}</span>
      <div className="min-w-0 max-md:col-span-2 max-md:row-start-2">
        <div>
          {advice.depth === null
            ? t('unknown')
            : advice.direction === null && advice.why.length === 0
              ? `${t('good')} ${t('goodText', { depth: String(advice.depth), advised: String(ADVISED_CHAIN_DEPTH) })}`
              : advice.direction === null
                ? null
                : t(advice.direction)}
        </div>
        {advice.why.map((why) => (
          <WhyLine key={why.because} why={why} />
        ))}
      </div>
      <span className="text-text-3">{advice.depth !== null && t('depth', { count: advice.depth })}</span>
    </li>
  )
}

function WhyLine({ why }: { why: MergeReason }) {
  const t = useTranslations('flows.merge.because')
  switch (why.because) {
    case 'deep':
      return <p className="text-text-2">{t('deep', { depth: String(why.depth), files: String(why.depth + 1) })}</p>
    case 'shared':
      return <p className="text-text-2">{t('shared', { file: fileName(why.file) })}</p>
    case 'unexplained':
      return <p className="text-text-2">{t('unexplained', { count: why.layers })}</p>
    case 'small':
    case 'snapshots':
      return <p className="text-text-2">{t(why.because)}</p>
  }
}
