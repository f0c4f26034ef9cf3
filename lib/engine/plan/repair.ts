/** The doctor's steps, one at a time, each said for what it truly does. */
import type { Repair, SingleIntent } from '@/lib/domain/plan'
import type { Reason } from '@/lib/domain/reason'
import { type Context, diskRef, snapshotById, snapshotRef, storageRef } from './context'
import { addMoves, addStep, all, type Draft, emptyDraft, refusal, stillThisGuest } from './draft'
import { planFork } from './fork'
import { exactly, UNBOUNDED } from './ranges'
import { spaceMove } from './space'
import { predict, withoutSnapshot, withSnapshot } from './tree-state'

type RepairIntent = Extract<SingleIntent, { do: 'repair' }>
type Of<F extends Repair['fix']> = Extract<Repair, { fix: F }>

export function planRepair(context: Context, intent: RepairIntent): Draft {
  const draft = emptyDraft(intent, predict(context.tree, context.known.facts.power))
  draft.keeps.push({ guestId: context.guest.id, kind: 'current-data', name: context.ref.name })
  fix(context, draft, intent.repair)
  return draft
}

function fix(context: Context, draft: Draft, repair: Repair): void {
  switch (repair.fix) {
    case 'thaw':
      addStep(context, draft, {
        what: 'thaw',
        command: { do: 'guest.thaw', guest: context.ref },
        before: all(stillThisGuest(context), { holds: 'power', in: ['running', 'paused'] }),
        proof: 'act',
      })
      return
    case 'unlock':
      unlock(context, draft)
      return
    case 'finish-job':
      finishJob(context, draft, repair)
      return
    case 'remove-entry':
      removeEntry(context, draft, repair)
      return
    case 'delete-data':
      deleteData(context, draft, repair)
      return
    case 'adopt':
      adopt(context, draft, repair)
      return
    case 'delete-leftover':
      deleteLeftover(context, draft, repair)
      return
    case 'discard-saved-memory':
      discardSavedMemory(context, draft)
      return
    case 'check-image':
      addStep(context, draft, {
        what: `check-${repair.disk}`,
        command: { do: 'image.check', guest: context.ref, disk: diskRef(context, repair.disk), repair: false },
        // A check of an image in use reads tables while they change and cries wolf.
        before: all(stillThisGuest(context), { holds: 'power', in: ['stopped'] }),
        proof: 'act',
      })
      if (context.known.facts.power !== 'stopped') refuseUnlessOff(draft)
      return
    case 'fork':
      planFork(context, draft, repair)
  }
}

const refuseUnlessOff = (draft: Draft): void => {
  const because = { cause: 'guest-running' } as const
  draft.refusals.push(refusal('supported', 'hypervisor', { code: 'unsupported', feature: 'snapshot.delete', because }))
}

/** After a failed rollback the disks may stand at two points in time: unlocking it invites somebody to start it. */
function unlock(context: Context, draft: Draft): void {
  const { lock } = context.known.facts
  if (lock === null) draft.refusals.push(refusal('guest-not-locked', 'guard', { code: 'nothing-to-do' }))
  if (lock === 'rollback') {
    const why = { code: 'guest-locked', lock: 'snapshot', text: lock } as const
    draft.refusals.push(refusal('guest-not-locked', 'guard', why, { evidence: { lock } }))
  }
  addStep(context, draft, {
    what: 'unlock',
    command: { do: 'guest.unlock', guest: context.ref },
    before: { holds: 'guest-is', birthMark: context.known.facts.birthMark },
    after: { holds: 'unlocked' },
  })
  draft.noWayBack = true
}

function finishJob(context: Context, draft: Draft, { disk, end }: Of<'finish-job'>): void {
  const active = context.disks.find(({ target }) => target === disk)?.chain?.[0]?.file ?? null
  const pivots = end === 'pivot' && active !== null
  addStep(context, draft, {
    what: `${end}-${disk}`,
    command: { do: 'chain.finish-job', guest: context.ref, disk: diskRef(context, disk), end },
    before: all(
      stillThisGuest(context),
      { holds: 'power', in: ['running', 'paused'] },
      active === null ? null : { holds: 'active-image', target: disk, file: active },
    ),
    after: pivots ? { holds: 'active-image-is-not', target: disk, file: active } : { holds: 'always' },
    proof: pivots ? 'state' : 'act',
  })
}

const missing = (name: string) =>
  refusal('snapshot-still-there', 'hypervisor', { code: 'missing', what: 'snapshot', name })

/** "Force" removes the entry only: what it named on the disks stays there, and nobody lists it any more. */
function removeEntry(context: Context, draft: Draft, { snapshotId }: Of<'remove-entry'>): void {
  const found = snapshotById(context, snapshotId)
  if (found === null || found.snapshot.unmanaged) {
    draft.refusals.push(missing(snapshotId))
    return
  }
  const { snapshot } = found
  addStep(context, draft, {
    what: `remove-entry-${snapshot.name}`,
    command: {
      do: 'snapshot.delete',
      guest: context.ref,
      snapshot: snapshotRef(context, snapshot),
      children: 'keep',
      how: 'entry',
    },
    before: all(stillThisGuest(context), { holds: 'snapshot-exists', name: snapshot.name }),
    after: { holds: 'snapshot-absent', name: snapshot.name },
  })
  draft.predicted = predict(withoutSnapshot(context.tree, snapshot.nativeId), context.known.facts.power)
  draft.losses.push({
    kind: 'way-back',
    guestId: context.guest.id,
    name: snapshot.name,
    bytes: null,
    detail: { how: 'entry' },
  })
  draft.noWayBack = true
}

function deleteData(context: Context, draft: Draft, { disk, name }: Of<'delete-data'>): void {
  const isManaged = context.snapshots.some((snapshot) => snapshot.name === name)
  if (isManaged)
    draft.refusals.push(refusal('target-complete', 'guard', { code: 'already-exists', what: 'snapshot', name }))
  if (context.known.facts.power !== 'stopped') refuseUnlessOff(draft)
  addStep(context, draft, {
    what: `delete-data-${name}`,
    command: { do: 'snapshot.delete-data', guest: context.ref, disk: diskRef(context, disk), name },
    before: all(stillThisGuest(context), { holds: 'power', in: ['stopped'] }, { holds: 'snapshot-absent', name }),
    after: { holds: 'no-unmanaged', name },
  })
  draft.losses.push({ kind: 'way-back', guestId: context.guest.id, name, bytes: null, detail: { disk } })
  draft.noWayBack = true
}

function adopt(context: Context, draft: Draft, { snapshotId }: Of<'adopt'>): void {
  const found = snapshotById(context, snapshotId)
  if (found === null || !found.snapshot.unmanaged) {
    draft.refusals.push(
      found === null ? missing(snapshotId) : refusal('snapshot-still-there', 'guard', { code: 'nothing-to-do' }),
    )
    return
  }
  const { name, createdAt, disks } = found.snapshot
  addStep(context, draft, {
    what: `adopt-${name}`,
    command: {
      do: 'snapshot.adopt',
      guest: context.ref,
      name,
      createdAt: createdAt ?? context.now,
      disks: disks.map((disk) => disk.name),
    },
    before: all(stillThisGuest(context), { holds: 'snapshot-absent', name }),
    after: { holds: 'snapshot-exists', name },
  })
  const { current } = context.tree
  const adopted = withSnapshot({ ...context.tree, current: null }, `adopted:${name}`, name)
  // Adopted entries carry no mark of being the current one: without another that does, nobody tells.
  draft.predicted = predict({ ...adopted, current, currentUnknown: current === null }, context.known.facts.power)
}

function deleteLeftover(context: Context, draft: Draft, { storageId, volume: name }: Of<'delete-leftover'>): void {
  const storage = context.index.storages.get(storageId)
  const volume = storage?.known.volumes.value?.find((each) => each.name === name || each.nativeId === name)
  if (storage === undefined || volume === undefined) {
    draft.refusals.push(refusal('snapshot-still-there', 'hypervisor', { code: 'missing', what: 'storage', name }))
    return
  }
  const users = volume.usedBy
  if (users.length > 0 || !['orphan', 'memory', 'unknown'].includes(volume.role)) {
    const why: Reason = { code: 'shared-base', file: volume.path ?? name, readers: users }
    draft.refusals.push(refusal('base-not-shared', 'guard', why))
  }
  if (volume.role === 'unknown') {
    const why: Reason = { code: 'base-unknown', file: volume.path ?? name, unread: [storage.known.facts.name] }
    draft.refusals.push(refusal('base-not-shared', 'guard', why, { verdict: 'unknown' }))
  }
  if (volume.path !== null)
    draft.touches.push({ file: volume.path, chain: [volume.path], disk: name, intent: 'removed' })
  const step = addStep(context, draft, {
    what: `delete-${volume.name}`,
    command: { do: 'volume.delete', storage: storageRef(storage), volume: volume.name, path: volume.path },
    before: stillThisGuest(context),
    proof: 'act',
  })
  const gives = volume.allocatedBytes === null ? UNBOUNDED : exactly(volume.allocatedBytes)
  addMoves(draft, step, [spaceMove(storage, { gives })])
  draft.noWayBack = true
}

function discardSavedMemory(context: Context, draft: Draft): void {
  if (context.known.facts.managedSave === false) {
    draft.refusals.push(refusal('no-saved-memory', 'guard', { code: 'nothing-to-do' }))
  }
  addStep(context, draft, {
    what: 'discard-saved-memory',
    command: { do: 'guest.discard-saved-memory', guest: context.ref },
    before: all(stillThisGuest(context), { holds: 'power', in: ['stopped', 'suspended'] }),
    after: { holds: 'no-saved-memory' },
  })
  const bytes = { min: 0, max: context.known.facts.memoryBytes }
  draft.losses.push({
    kind: 'memory',
    guestId: context.guest.id,
    name: context.ref.name,
    bytes,
    detail: { saved: true },
  })
  draft.noWayBack = true
}
