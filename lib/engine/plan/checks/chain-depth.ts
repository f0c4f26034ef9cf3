/** Every layer costs each read a lookup and an open file; past a limit nothing more is put on top. */
import { blocks, type CheckRule, passes, warns } from './rule'

export const chainDepth: CheckRule = {
  id: 'chain-depth',
  judge({ context, draft, intent }) {
    const adds = draft.steps.some(
      ({ command }) => command.do === 'snapshot.take' && command.disks.some(({ mode }) => mode === 'external'),
    )
    if (intent.do !== 'take' || !adds) return null
    const { advisedDepth, maxDepth } = context.index.world.policy
    const depth = Math.max(0, ...context.disks.map(({ chain }) => (chain?.length ?? 1) - 1)) + 1
    const evidence = { depth, advisedDepth, maxDepth }
    if (depth > maxDepth)
      return blocks('guard', { code: 'too-large', limit: 'chain-depth', has: depth, max: maxDepth }, evidence)
    return depth > advisedDepth
      ? warns({ code: 'too-large', limit: 'chain-depth', has: depth, max: advisedDepth }, evidence)
      : passes(evidence)
  },
}
