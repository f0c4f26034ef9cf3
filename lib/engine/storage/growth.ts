/** What a guest made a storage grow by. Unknown stays unknown; a write counter is an upper bound, and says so. */
import type { GuestSpace, SpaceMoment } from '@/lib/domain/storage'
import type { Bytes } from '@/lib/domain/units'

/** Growth from then to now. `null`: nothing is remembered of then; `absent`: the guest was not there. */
export function guestGrowth(before: SpaceMoment | 'absent' | null, now: SpaceMoment): GuestSpace['growth'] {
  if (before === null) return { bytes: null, confidence: 'unknown' }
  const then = before === 'absent' ? { dataBytes: 0, snapshotBytes: 0, writtenBytes: null } : before
  const [was, is] = [sum(then), sum(now)]
  if (was !== null && is !== null) return { bytes: is - was, confidence: 'exact' }
  if (then.writtenBytes !== null && now.writtenBytes !== null && now.writtenBytes >= then.writtenBytes) {
    // Blocks written twice count twice, and blocks freed are not taken off.
    return { bytes: now.writtenBytes - then.writtenBytes, confidence: 'at-most' }
  }
  return { bytes: null, confidence: 'unknown' }
}

const sum = ({ dataBytes, snapshotBytes }: SpaceMoment): Bytes | null =>
  dataBytes === null || snapshotBytes === null ? null : dataBytes + snapshotBytes
