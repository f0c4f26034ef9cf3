/** A LUN passed through as it is lies outside every image: no overlay can be put on it, and nothing rolls it back. */
import { blocks, type CheckRule, passes, warns } from './rule'

export const passthroughMedia: CheckRule = {
  id: 'passthrough-media',
  judge({ context, draft, intent }) {
    if (intent.do !== 'take' && intent.do !== 'rollback') return null
    const luns = context.disks.flatMap(({ target, device }) => (device === 'lun' ? [target] : []))
    const [first] = luns
    if (first === undefined) return passes()
    if (intent.do === 'rollback') return warns(undefined, { disks: luns })
    const isExternal = draft.steps.some(
      ({ command }) => command.do === 'snapshot.take' && command.disks.some(({ mode }) => mode === 'external'),
    )
    const because = { cause: 'passthrough', device: first } as const
    return isExternal && context.known.facts.power !== 'stopped'
      ? blocks('hypervisor', { code: 'unsupported', feature: 'snapshot.external', because }, { disks: luns })
      : warns(undefined, { disks: luns })
  },
}
