/** Disks the snapshot leaves out keep today's data while the others go back: two points in time in one guest. */
import { snapshotById } from '../context'
import { type CheckRule, passes, warns } from './rule'

export const disksCovered: CheckRule = {
  id: 'disks-covered',
  judge({ context, draft, intent }) {
    if (intent.do === 'rollback') {
      const snapshot = snapshotById(context, intent.snapshotId)?.snapshot
      if (snapshot === undefined) return null
      const excluded = snapshot.disks.flatMap(({ name, mode }) => (mode === 'excluded' ? [name] : []))
      const now = context.disks.map(({ target }) => target)
      const then = new Set(snapshot.disks.map(({ name }) => name))
      const added = then.size === 0 ? [] : now.filter((target) => !then.has(target))
      const gone = [...then].filter((name) => !now.includes(name))
      const evidence = { excluded, added, gone }
      return excluded.length + added.length + gone.length === 0 ? passes() : warns(undefined, evidence)
    }
    if (intent.do !== 'take') return null
    const left = draft.steps.flatMap(({ command }) =>
      command.do === 'snapshot.take'
        ? command.disks.flatMap(({ target, mode }) => (mode === 'excluded' ? [target] : []))
        : [],
    )
    return left.length === 0 ? passes() : warns(undefined, { excluded: left })
  },
}
