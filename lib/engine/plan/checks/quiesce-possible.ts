/** Frozen file systems need an agent, a running guest and no memory; a guest that is off has nothing to freeze. */
import { type CheckRule, passes, warns } from './rule'

export const quiescePossible: CheckRule = {
  id: 'quiesce-possible',
  judge({ context: { known }, intent }) {
    if (intent.do !== 'take' || !intent.quiesce) return null
    const { power, agent } = known.facts
    return power === 'stopped'
      ? warns({ code: 'unsupported', feature: 'snapshot.quiesce', because: { cause: 'guest-off' } }, { power })
      : passes({ agent })
  },
}
