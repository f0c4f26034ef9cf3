/** The delete form as an intent, and back. Pure. */
import type { Intent, Planned, SingleIntent } from '@/lib/domain/plan'
import type { GuestDetail, SnapshotView } from '@/lib/domain/view'

export type DeleteChoices = {
  selected: ReadonlySet<string>
  children: 'keep' | 'delete'
  onFailure: 'stop' | 'continue'
}

type Deletable = Pick<GuestDetail, 'id' | 'snapshots'>

/** Whether a snapshot can be asked to be deleted at all. */
export const isDeletable = (snapshot: Pick<SnapshotView, 'unmanaged' | 'held'>): boolean =>
  !snapshot.unmanaged && !snapshot.held

/** One delete a guest that has something chosen; null = nothing is chosen. */
export function deleteIntent(guests: readonly Deletable[], choices: DeleteChoices): Intent | null {
  const intents = guests.flatMap((guest): SingleIntent[] => {
    const snapshotIds = guest.snapshots
      .filter((snapshot) => choices.selected.has(snapshot.id) && isDeletable(snapshot))
      .map(({ id }) => id)
    return snapshotIds.length === 0
      ? []
      : [{ do: 'delete', guestId: guest.id, snapshotIds, children: choices.children }]
  })
  const [only] = intents
  if (only === undefined) return null
  return intents.length === 1 ? only : { do: 'batch', intents, onFailure: choices.onFailure }
}

/** The form as an earlier plan had it; null where it was no plan to delete. */
export const deleteChoicesOf = (first: Planned | null): DeleteChoices | null =>
  first === null ? null : deleteChoicesIn(first.kind === 'plan' ? first.plan.intent : first.intent)

/** The form as an intent has it. */
export function deleteChoicesIn(intent: Intent): DeleteChoices | null {
  const deletes = (intent.do === 'batch' ? intent.intents : [intent]).flatMap((each) =>
    each.do === 'delete' ? [each] : [],
  )
  if (deletes.length === 0) return null
  return {
    selected: new Set(deletes.flatMap(({ snapshotIds }) => snapshotIds)),
    children: deletes.some(({ children }) => children === 'delete') ? 'delete' : 'keep',
    onFailure: intent.do === 'batch' ? intent.onFailure : 'continue',
  }
}
