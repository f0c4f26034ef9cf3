/** Saved memory holds devices as they were: a device of the host cannot be part of it. */
import { snapshotById } from '../context'
import { blocks, type CheckRule, passes } from './rule'

export const memoryCompatible: CheckRule = {
  id: 'memory-compatible',
  judge({ context, intent }) {
    if (intent.do !== 'rollback') return null
    const snapshot = snapshotById(context, intent.snapshotId)?.snapshot
    if (snapshot === undefined || snapshot.memory === 'none')
      return snapshot === undefined ? null : passes({ memory: false })
    const support = context.known.capabilities['snapshot.memory']
    const holdsDevice = !support.ok && support.why.code === 'unsupported' && support.why.because.cause === 'passthrough'
    return holdsDevice ? blocks('guard', support.why) : passes({ memory: true })
  },
}
