/** What a rollback costs and what it leaves, in the words people read before they agree. */
import type { Loss } from '@/lib/domain/plan'
import type { Snapshot } from '@/lib/domain/snapshot'
import type { ByteRange, Bytes } from '@/lib/domain/units'
import { type Context, oursOf } from './context'
import type { Draft } from './draft'
import { compareText } from './order'
import type { GuestState, RollbackEffect } from './platform/rules'
import { upTo } from './ranges'
import { livePath, nameIn, standingOn } from './tree-state'

export const newerLoss = (context: Context, snapshot: Snapshot): Loss => ({
  kind: 'newer-snapshot',
  guestId: context.guest.id,
  name: snapshot.name,
  bytes: snapshot.size.bytes === null ? null : upTo(snapshot.size.bytes),
  detail: { createdAt: snapshot.createdAt, held: oursOf(context, snapshot)?.hold != null },
})

/** `safety`: name of the snapshot that keeps today's state, null = none is taken */
type Told = { target: Snapshot; effect: RollbackEffect; safety: string | null; wasRunning: boolean }

export function tellLosses(context: Context, draft: Draft, { target, effect, safety, wasRunning }: Told): void {
  const { guest, known } = context
  const lose = (kind: Loss['kind'], name: string, bytes: ByteRange | null, detail: Loss['detail'] = {}): void => {
    draft.losses.push({ kind, guestId: guest.id, name, bytes, detail })
  }
  const standsOn = nameIn(context.tree, context.tree.current) ?? target.name
  const passesNewer = draft.losses.some(({ kind }) => kind === 'newer-snapshot')
  // What lies between is lost with the newer snapshots, and how much that is nobody adds up.
  const since = passesNewer ? target.name : standsOn
  // Undone in the running guest either way: a safety snapshot is the way back to it, not a reason to keep silent.
  lose(
    'writes-since',
    since,
    upTo(passesNewer ? null : changedSince(context)),
    safety === null ? {} : { keptBy: safety },
  )
  if (safety === null) lose('way-back', context.ref.name, null)
  const keptMemory = draft.steps.some(({ command }) => command.do === 'snapshot.take' && command.memory === 'saved')
  const shutDown = draft.steps.some(({ command }) => command.do === 'guest.power' && command.to === 'shutdown')
  if (wasRunning && !keptMemory) {
    lose('memory', context.ref.name, upTo(known.facts.memoryBytes), { cleanly: shutDown })
  }
  for (const disk of effect.detachedDisks) lose('disk', disk, null, { stays: 'unattached' })
  if (effect.restoresConfiguration) lose('configuration', target.name, null, { since: target.createdAt })
  if (known.facts.replicated === true) lose('replication', context.ref.name, null, { next: 'full' })
  if (context.connection.kind === 'proxmox' && known.facts.lastBackup?.at != null) {
    lose('backup-chain', context.ref.name, null, { lastBackup: known.facts.lastBackup.at, next: 'full' })
  }
}

/** Distinct blocks changed, at most: what the active overlays hold, or all a single image holds. */
function changedSince(context: Context): Bytes | null {
  let sum: Bytes = 0
  for (const disk of context.disks) {
    const active = disk.chain?.[0]?.allocatedBytes ?? null
    if (active === null) return null
    sum += active
  }
  return sum
}

export function tellKeeps(context: Context, draft: Draft, state: GuestState, target: Snapshot): void {
  const stays = new Set([target.nativeId, ...livePath({ ...context.tree, current: target.nativeId })])
  const after = standingOn(state.tree, target.nativeId)
  const nodes = [...after.nodes.values()].map(({ id, name }) => ({ id, name }))
  for (const { id, name } of nodes.sort((a, b) => compareText(a.name, b.name))) {
    draft.keeps.push({ guestId: context.guest.id, kind: stays.has(id) ? 'snapshot' : 'side-branch', name })
  }
  if (draft.steps.some(({ command }) => command.do === 'guest.set-tags')) {
    draft.keeps.push({ guestId: context.guest.id, kind: 'configuration', name: context.known.facts.tags.join(', ') })
  }
}
