/** Nothing writes into, or removes, an image that anything outside the merged chain reads through. Whoever asks. */

import { readersOf } from '../readers'
import type { Judgement } from './rule'
import { blocks, type CheckRule, isOpen, passes } from './rule'

export const baseNotShared: CheckRule = {
  id: 'base-not-shared',
  judge({ context, draft }) {
    if (draft.touches.length === 0) return null
    let open: Judgement | null = null
    for (const { file, chain, disk } of draft.touches) {
      const found = readersOf(context, file, chain)
      const evidence = { disk, file }
      if (found.known === 'some') {
        const why = { code: 'shared-base', file, readers: found.readers } as const
        return blocks('guard', why, { ...evidence, readers: found.readers })
      }
      if (found.known === 'unknown') {
        open ??= isOpen({ code: 'base-unknown', file, unread: found.unread }, { ...evidence, unread: found.unread })
      }
    }
    return open ?? passes({ files: [...new Set(draft.touches.map(({ file }) => file))] })
  },
}
