/** The take form as an intent, and back. Pure, so that a stored plan fills the form as it was. */
import type { GuestId } from '@/lib/domain/ids'
import type { SingleIntent } from '@/lib/domain/plan'
import type { Instant } from '@/lib/domain/units'
import type { GuestDetail } from '@/lib/domain/view'

type TakeIntent = Extract<SingleIntent, { do: 'take' }>
export type Holds = 'quiesced' | 'memory' | 'disks'
export type TakeChoices = {
  /** '' = from the template */
  name: string
  holds: Holds
  kind: 'auto' | 'internal' | 'external'
  purpose: string
  note: string
  owner: string
  expiresAt: Instant | null
}

type Capable = Pick<GuestDetail, 'capabilities' | 'power'>

/** The most consistent way without a pause that every guest has: frozen file systems, else disks only. */
export const defaultHolds = (guests: readonly Capable[]): Holds =>
  guests.length > 0 && guests.every(canQuiesce) ? 'quiesced' : 'disks'

export const canQuiesce = (guest: Capable): boolean =>
  guest.power === 'running' && guest.capabilities['snapshot.quiesce'].ok
export const canSaveMemory = (guest: Capable): boolean =>
  (guest.power === 'running' || guest.power === 'paused') && guest.capabilities['snapshot.memory'].ok

/** What the form asks for, for one guest. Absent, not empty, where nothing was chosen. */
export function intentOf(guestId: GuestId, choices: TakeChoices): TakeIntent {
  const { name, holds, kind, purpose, note, owner, expiresAt } = choices
  return {
    do: 'take',
    guestId,
    memory: holds === 'memory',
    quiesce: holds === 'quiesced',
    ...(name.trim() !== '' && { name: name.trim() }),
    ...(kind !== 'auto' && { kind }),
    ...(purpose.trim() !== '' && { purpose: purpose.trim() }),
    ...(note.trim() !== '' && { note: note.trim() }),
    ...(owner.trim() !== '' && { owner: owner.trim() }),
    ...(expiresAt !== null && { expiresAt }),
  }
}

/** The form as an earlier plan had it. */
export const formOf = (intent: TakeIntent | null, holds: Holds): TakeChoices => ({
  name: intent?.name ?? '',
  holds: intent === null ? holds : intent.memory ? 'memory' : intent.quiesce ? 'quiesced' : 'disks',
  kind: intent?.kind ?? 'auto',
  purpose: intent?.purpose ?? '',
  note: intent?.note ?? '',
  owner: intent?.owner ?? '',
  expiresAt: intent?.expiresAt ?? null,
})
