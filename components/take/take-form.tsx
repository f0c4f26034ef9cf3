'use client'
import { useTranslations } from 'next-intl'
import { useReasonText } from '@/components/inventory/reason-notice'
import { RadioCards, Select } from '@/components/ui/choice'
import { useNow } from '@/components/ui/clock'
import { TextArea, TextField } from '@/components/ui/text-field'
import type { Feature } from '@/lib/domain/capability'
import { DAY, epochMillis, HOUR, instantAt } from '@/lib/domain/units'
import type { GuestDetail } from '@/lib/domain/view'
import { nameFrom } from '@/lib/engine/plan/names'
import { useFormat } from '@/lib/i18n/use-format'
import { canQuiesce, canSaveMemory, type TakeChoices } from './take-intent'

type Props = {
  guests: readonly GuestDetail[]
  choices: TakeChoices
  /** in which names are made */
  timeZone: string
  onChange: (patch: Partial<TakeChoices>) => void
}

/** How long people keep snapshots; policies will offer theirs. */
const SPANS = [12 * HOUR, DAY, 3 * DAY, 7 * DAY, 30 * DAY]
const LINE_CHARACTERS = 200
const NOTE_CHARACTERS = 2000

export function TakeForm({ guests, choices, timeZone, onChange }: Props) {
  const t = useTranslations('flows.take')
  const format = useFormat()
  const now = useNow()
  const many = guests.length > 1
  return (
    <div className="flex max-w-[620px] flex-col gap-4">
      {many && <p className="text-text-2">{t('guestsNote', { count: guests.length })}</p>}
      <TextField
        label={t('purpose')}
        hint={t('purposeHint')}
        optional
        value={choices.purpose}
        maxLength={LINE_CHARACTERS}
        autoComplete="off"
        onChange={(event) => onChange({ purpose: event.target.value })}
      />
      <NamePreview guests={guests} choices={choices} timeZone={timeZone} />
      <HoldsChoice guests={guests} choices={choices} onChange={onChange} />
      {!many && (
        <TextField
          label={t('name')}
          hint={choices.name === '' ? t('nameHint', { template: TEMPLATE }) : t('nameOwnHint')}
          optional
          value={choices.name}
          maxLength={LINE_CHARACTERS}
          autoComplete="off"
          autoCapitalize="off"
          spellCheck={false}
          onChange={(event) => onChange({ name: event.target.value })}
        />
      )}
      <div className="grid gap-4 md:grid-cols-2">
        <TextField
          label={t('owner')}
          hint={t('ownerHint')}
          optional
          value={choices.owner}
          maxLength={LINE_CHARACTERS}
          onChange={(event) => onChange({ owner: event.target.value })}
        />
        <Select
          label={t('expires')}
          value={spanOf(choices)}
          options={[
            ['', t('expiresNever')],
            ...(choices.expiresAt !== null
              ? [[choices.expiresAt, format.date(choices.expiresAt, 'moment', now)] as const]
              : []),
            ...SPANS.map((span) => [String(span), t('expiresIn', { time: format.duration(span) })] as const),
          ]}
          onChange={(event) => onChange({ expiresAt: expiryOf(event.target.value, now) })}
        />
      </div>
      {guests.some(({ connectionKind }) => connectionKind === 'libvirt') && (
        <Select
          label={t('kind')}
          value={choices.kind}
          options={[
            ['auto', t('kindAuto')],
            ['internal', t('kindInternal')],
            ['external', t('kindExternal')],
          ]}
          onChange={(event) => onChange({ kind: KINDS.find((kind) => kind === event.target.value) ?? 'auto' })}
        />
      )}
      <TextArea
        label={t('note')}
        optional
        rows={3}
        value={choices.note}
        maxLength={NOTE_CHARACTERS}
        onChange={(event) => onChange({ note: event.target.value })}
      />
    </div>
  )
}

/** What it will be called, as one types; the plan fixes the name, at its own minute. */
function NamePreview({ guests, choices, timeZone }: Omit<Props, 'onChange'>) {
  const t = useTranslations('flows.take')
  const now = useNow()
  const [guest] = guests
  if (guest === undefined || choices.name !== '') return null
  const name = nameFrom(
    TEMPLATE,
    { guest: guest.name, type: TYPES[choices.holds], purpose: choices.purpose, now, timeZone },
    guest.connectionKind,
  )
  return (
    <p className="-mt-2 text-12 text-text-2 wrap-anywhere">
      {guests.length > 1 ? t('previewMany', { name }) : t('preview', { name })}
    </p>
  )
}

/** How a name tells what it holds. */
const TYPES = { quiesced: 'fs', memory: 'mem', disks: 'disk' } as const

const TEMPLATE = '{guest}_{type}_{yyyyMMdd}_{HHmm}_{purpose}'
const KINDS = ['auto', 'internal', 'external'] as const
const spanOf = (choices: TakeChoices): string => choices.expiresAt ?? ''

/** A span becomes an instant when it is chosen, so that planning again means the same. */
function expiryOf(value: string, now: string): string | null {
  if (value === '') return null
  return /^\d+$/.test(value) ? instantAt(epochMillis(now) + Number(value)) : value
}

/** What it holds; a way that one of the guests lacks is off, with that guest's reason. */
function HoldsChoice({ guests, choices, onChange }: Omit<Props, 'timeZone'>) {
  const t = useTranslations('flows.take')
  const words = useTranslations('reasons.unsupported.because')
  const reasonText = useReasonText()
  const why = (feature: Feature, able: (guest: GuestDetail) => boolean): string | null => {
    const unable = guests.find((guest) => !able(guest))
    if (unable === undefined) return null
    const support = unable.capabilities[feature]
    const text = support.ok ? words('guest-off') : reasonText(support.why)
    return guests.length > 1 ? `${unable.name}: ${text}` : text
  }
  const off = guests.every((guest) => guest.power === 'stopped')
  return (
    <RadioCards
      label={t('holds')}
      name="holds"
      value={choices.holds}
      onChange={(holds) => onChange({ holds })}
      options={[
        {
          value: 'quiesced',
          label: t('quiesced'),
          hint: t('quiescedHint'),
          disabledReason: why('snapshot.quiesce', canQuiesce),
        },
        { value: 'disks', label: t('disks'), hint: off ? t('disksOffHint') : t('disksHint') },
        {
          value: 'memory',
          label: t('memory'),
          hint: t('memoryHint'),
          disabledReason: why('snapshot.memory', canSaveMemory),
        },
      ]}
    />
  )
}
