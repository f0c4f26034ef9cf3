/**
 * Whether the worst moment fits. A size that nothing told is taken at its upper bound, the disks' virtual size: if that
 * fits it is said and does not stop; a storage whose own figures are unknown stops, since a full one pauses guests.
 */

import type { Reason } from '@/lib/domain/reason'
import type { Unplaced } from '../draft'
import { roomOn, spaceOf } from '../space'
import type { Judgement } from './rule'
import { blocks, type CheckRule, isOpen, passes, warns } from './rule'

export const spaceForPlan: CheckRule = {
  id: 'space-for-plan',
  judge({ context, draft }) {
    const effects = spaceOf(draft.moves)
    if (effects.length === 0 && draft.unplaced.length === 0) return passes()
    const judged = effects.map(({ storageId, peak, bound }): Judgement => {
      const storage = context.index.storages.get(storageId)
      if (peak.max === 0) return passes()
      if (storage === undefined) return isOpen({ code: 'space-unknown', storage: storageId }, { needsBytes: peak.max })
      const { name, source, availableBytes } = storage.known.facts
      const room = roomOn(storage)
      const evidence = { storage: name, needsBytes: peak.max, roomBytes: room, availableBytes, bound }
      if (peak.max === null || room === null) return isOpen({ code: 'space-unknown', storage: name }, evidence)
      if (peak.max > room) {
        return blocks('guard', { code: 'storage-short', storage: name, needs: peak.max, has: room }, evidence)
      }
      if (bound === 'virtual-size') return warns({ code: 'space-unknown', storage: name }, evidence)
      // libvirt counts blocks reserved for root as available; QEMU cannot use them.
      return passes({ ...evidence, upperBound: source === 'libvirt-pool' })
    })
    judged.push(...draft.unplaced.map(judgeUnplaced))
    return judged.reduce((worst, each) => (RANK[each.verdict] > RANK[worst.verdict] ? each : worst))
  },
}

/** A storage we were not let read has a name; of one that cannot be told there is nothing to say but that. */
function judgeUnplaced({ takes, storage }: Unplaced): Judgement {
  const why: Reason = storage === null ? { code: 'memory-storage-unknown' } : { code: 'space-unknown', storage }
  return isOpen(why, { storage, needsBytes: takes.max })
}

const RANK = { pass: 0, warn: 1, unknown: 2, block: 3 } as const
