/** A new guest from a snapshot, where going back in place is not possible. */
import type { Repair } from '@/lib/domain/plan'
import { type Context, snapshotById, snapshotRef, storageOfFile } from './context'
import { addMoves, addStep, all, type Draft, refusal, stillThisGuest } from './draft'
import { EMPTY_OVERLAY } from './layers'
import { fileBeside } from './names'
import { spaceMove } from './space'
import { isTaken } from './take-shape'

type ForkRepair = Extract<Repair, { fix: 'fork' }>

/** A new guest on fresh overlays over what the snapshot froze: the guest itself, and its chain, stay as they are. */
export function planFork(context: Context, draft: Draft, { snapshotId, as }: ForkRepair): void {
  const found = snapshotById(context, snapshotId)
  if (found === null) {
    draft.refusals.push(
      refusal('snapshot-still-there', 'hypervisor', { code: 'missing', what: 'snapshot', name: snapshotId }),
    )
    return
  }
  const { snapshot } = found
  const frozen = snapshot.disks.filter(({ mode }) => mode === 'external')
  const disks = frozen.flatMap(({ name: target, frozen: told }) => {
    const below = told ?? frozenIn(context, snapshot.name, target)
    if (below === null) return []
    const parts = { guest: as, part: target, name: 'fork', extension: 'qcow2' }
    return [{ target, overlay: fileBeside(below, parts, (file) => isTaken(context, file)) }]
  })
  if (frozen.length === 0 || disks.length < frozen.length) {
    const because = { cause: 'driver', driver: snapshot.kind } as const
    draft.refusals.push(refusal('supported', 'guard', { code: 'unsupported', feature: 'rollback.external', because }))
    return
  }
  const step = addStep(context, draft, {
    what: `fork-${as}`,
    command: { do: 'guest.fork', guest: context.ref, snapshot: snapshotRef(context, snapshot), as, disks },
    before: all(stillThisGuest(context), { holds: 'snapshot-complete', name: snapshot.name }),
    after: { holds: 'guest-exists', name: as },
  })
  for (const { overlay } of disks) {
    const storage = storageOfFile(context, overlay)
    if (storage !== null) addMoves(draft, step, [spaceMove(storage, { takes: EMPTY_OVERLAY })])
  }
}

/** The image right below the one that was made when the snapshot was taken. */
function frozenIn(context: Context, name: string, target: string): string | null {
  const chain = context.disks.find((disk) => disk.target === target)?.chain ?? []
  const at = chain.findLastIndex(({ madeBySnapshot }) => madeBySnapshot === name)
  return at < 0 ? null : (chain[at + 1]?.file ?? null)
}
