/** Memory saved on the host belongs to the disks as they are: changed under it, the guest wakes up on another disk. */
import { blocks, type CheckRule, isOpen, passes } from './rule'

const FEATURES = {
  take: 'snapshot.internal',
  merge: 'chain.merge',
  rollback: 'rollback.internal',
  delete: 'snapshot.delete',
} as const

export const noSavedMemory: CheckRule = {
  id: 'no-saved-memory',
  judge({ context: { connection, known }, draft, intent }) {
    if (connection.kind !== 'libvirt' || intent.do === 'repair') return null
    // Deleting inside an image changes nothing the memory knows; a merge removes the image it would be resumed on.
    if (intent.do === 'delete' && draft.touches.length === 0) return null
    const { managedSave } = known.facts
    if (managedSave === null) return isOpen({ code: 'not-told', by: connection.name })
    const feature = FEATURES[intent.do]
    return managedSave
      ? blocks('guard', { code: 'unsupported', feature, because: { cause: 'managed-save' } })
      : passes()
  },
}
