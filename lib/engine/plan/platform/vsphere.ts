/**
 * vSphere. One delta file per disk and snapshot; deleting one consolidates it into its parent, a revert keeps the other
 * snapshots as a branch. Known from VMware's documentation, unproven on a real vCenter.
 */
import { storageOfDisk } from '../context'
import { refusal } from '../draft'
import { upTo } from '../ranges'
import { spaceMove } from '../space'
import { withoutSnapshot } from '../tree-state'
import type { PlatformRules } from './rules'

export const vsphereRules: PlatformRules = {
  reach: () => 'any',
  startState: (context) => ({
    tree: context.tree,
    power: context.known.facts.power,
    layers: new Map(),
    gone: new Set(),
  }),
  deleteOne(context, state, snapshot) {
    const support = context.known.capabilities['snapshot.delete']
    if (!support.ok) return { ok: false, refusals: [refusal('supported', 'hypervisor', support.why)] }
    const held = snapshot.size.bytes === null ? null : snapshot.size.bytes
    return {
      ok: true,
      effect: {
        after: { ...state, tree: withoutSnapshot(state.tree, snapshot.nativeId) },
        merges: context.disks.map(({ target }) => ({
          disk: target,
          layers: [snapshot.name],
          into: target,
          direction: 'storage' as const,
        })),
        moves: context.disks.flatMap((disk) => {
          const storage = storageOfDisk(context, disk)
          const takes = upTo(held ?? disk.virtualBytes)
          const bound = held === null ? 'virtual-size' : 'told'
          return storage === null ? [] : [spaceMove(storage, { takes, gives: upTo(held), bound })]
        }),
        copies: held === null ? null : upTo(held),
        touches: [],
        gone: [],
        leaks: [],
        downtime: 'stun',
      },
    }
  },
  rollback(context, _state, snapshot, startAfter) {
    const support = context.known.capabilities['rollback.external']
    if (!support.ok) return { ok: false, refusals: [refusal('supported', 'hypervisor', support.why)] }
    const then = new Set(snapshot.disks.map(({ name }) => name))
    return {
      ok: true,
      effect: {
        power: snapshot.memory === 'saved' || startAfter ? 'running' : 'stopped',
        moves: [],
        leftActive: [],
        untouchedDisks: snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [name] : [])),
        detachedDisks: context.disks.flatMap(({ target }) => (then.size === 0 || then.has(target) ? [] : [target])),
        restoresConfiguration: true,
        restoresTags: false,
        touches: [],
      },
    }
  },
}
