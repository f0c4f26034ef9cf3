'use client'
import Link from 'next/link'
import { useTranslations } from 'next-intl'
import { SnapshotChoice } from '@/components/plan/snapshot-choice'
import { Button } from '@/components/ui/button'
import { RadioCards } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { SectionHeader } from '@/components/ui/page'
import { DAY, elapsedMillis } from '@/lib/domain/units'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'
import { useFormat } from '@/lib/i18n/use-format'
import { type DeleteChoices, isDeletable } from './delete-intent'

type Props = {
  guests: readonly GuestDetail[]
  choices: DeleteChoices
  onChange: (choices: DeleteChoices) => void
}

/** Ages people clean up by. */
const AGES = [DAY, 7 * DAY, 30 * DAY]

export function DeleteForm({ guests, choices, onChange }: Props) {
  const t = useTranslations('flows.delete')
  const format = useFormat()
  const now = useNow()
  const many = guests.length > 1
  const select = (wanted: (snapshot: SnapshotView) => boolean) => {
    const selected = guests.flatMap((guest) => guest.snapshots.filter((each) => isDeletable(each) && wanted(each)))
    onChange({ ...choices, selected: new Set(selected.map(({ id }) => id)) })
  }
  const toggle = (id: string) => {
    const selected = new Set(choices.selected)
    if (!selected.delete(id)) selected.add(id)
    onChange({ ...choices, selected })
  }
  const olderThan = (age: number) => (snapshot: SnapshotView) =>
    snapshot.createdAt !== null && elapsedMillis(snapshot.createdAt, now) > age
  return (
    <div className="flex flex-col gap-5">
      <section>
        <SectionHeader
          title={t('which')}
          end={
            <span className="flex flex-wrap gap-2">
              <Button size="sm" onClick={() => select(() => true)}>
                {t('all')}
              </Button>
              {many &&
                AGES.map((age) => (
                  <Button key={age} size="sm" onClick={() => select(olderThan(age))}>
                    {t('olderThan', { age: format.age(age) })}
                  </Button>
                ))}
            </span>
          }
        />
        {guests.map((guest) => (
          <div key={guest.id} className={many ? 'mb-3' : undefined}>
            {many && (
              <h3 className="font-[600] py-1.5">
                <Link href={`/guests/${guest.id}`} prefetch={false}>
                  {guest.name}
                </Link>
              </h3>
            )}
            {guest.snapshotCount === null ? (
              <p className="text-text-2">{t('unread', { guest: guest.name })}</p>
            ) : (
              <SnapshotChoice guest={guest} name={`delete-${guest.id}`} selected={choices.selected} onToggle={toggle} />
            )}
          </div>
        ))}
      </section>
      <div className="max-w-[620px]">
        <RadioCards
          label={t('children')}
          name="children"
          value={choices.children}
          onChange={(children) => onChange({ ...choices, children })}
          options={[
            { value: 'keep', label: t('keep'), hint: t('keepHint') },
            { value: 'delete', label: t('alsoDelete'), hint: t('alsoDeleteHint') },
          ]}
        />
      </div>
      {many && (
        <div className="max-w-[620px]">
          <RadioCards
            label={t('onFailure')}
            name="onFailure"
            value={choices.onFailure}
            onChange={(onFailure) => onChange({ ...choices, onFailure })}
            options={[
              { value: 'continue', label: t('continue'), hint: t('continueHint') },
              { value: 'stop', label: t('stop'), hint: t('stopHint') },
            ]}
          />
        </div>
      )}
    </div>
  )
}
