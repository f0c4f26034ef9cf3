/** What somebody may ask of a grown guest, the sensible and the hopeless alike. */
import type { SingleIntent } from '@/lib/domain/plan'
import type { Grown } from './grow'
import type { Random } from './random'
import { guestId, snapshotId } from './world'

export function randomIntent(grown: Grown, present: readonly string[], random: Random): SingleIntent {
  const { guest, kind } = grown
  const id = guestId(guest.uuid)
  const one = () => snapshotId(guest.uuid, random.pick(present))
  const roll = random.next()
  if (present.length === 0 || roll < 0.12) {
    return {
      do: 'take',
      guestId: id,
      name: 'asked',
      memory: random.chance(0.3),
      quiesce: random.chance(0.2),
      ...(random.chance(0.5) ? {} : { kind: kind === 'internal' ? 'external' : 'internal' }),
    }
  }
  if (roll < 0.3)
    return { do: 'rollback', guestId: id, snapshotId: one(), safetySnapshot: false, startAfter: random.chance(0.3) }
  if (roll < 0.42) return { do: 'merge', guestId: id, direction: random.pick(['commit', 'pull']) }
  const many = random.chance(0.35) ? random.whole(1, present.length) : 1
  const chosen = [...present].sort(() => random.next() - 0.5).slice(0, many)
  return {
    do: 'delete',
    guestId: id,
    snapshotIds: chosen.map((name) => snapshotId(guest.uuid, name)),
    children: random.chance(0.15) ? 'delete' : 'keep',
  }
}
