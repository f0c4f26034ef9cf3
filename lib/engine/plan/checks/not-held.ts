/** A held snapshot is deleted by nobody, whoever asks, until its hold is released. */
import { blocks, type CheckRule, passes } from './rule'

export const notHeld: CheckRule = {
  id: 'not-held',
  judge({ context, draft }) {
    const doomed = draft.steps.flatMap(({ command }) =>
      command.do === 'snapshot.delete' ? [command.snapshot.nativeId] : [],
    )
    if (doomed.length === 0) return null
    const held = context.guest.snapshots.filter(({ nativeId, hold }) => hold !== null && doomed.includes(nativeId))
    const [first] = held
    if (first?.hold == null) return passes({ deletes: doomed.length })
    const nameOf = (nativeId: string) => context.snapshots.find((each) => each.nativeId === nativeId)?.name ?? nativeId
    const why = { code: 'held', snapshot: nameOf(first.nativeId), by: first.hold.by, note: first.hold.note } as const
    return blocks('guard', why, { held: held.map(({ nativeId }) => nameOf(nativeId)) })
  },
}
