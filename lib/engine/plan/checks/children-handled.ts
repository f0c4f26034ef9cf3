/** What stands on a snapshot that goes: hung onto its parent, or deleted with it. */

import { snapshotById } from '../context'
import { childrenOf } from '../tree-state'
import { type CheckRule, passes } from './rule'

export const childrenHandled: CheckRule = {
  id: 'children-handled',
  judge({ context, intent }) {
    if (intent.do !== 'delete') return null
    const children = intent.snapshotIds.flatMap((id) => {
      const found = snapshotById(context, id)
      return found === null ? [] : childrenOf(context.tree, found.snapshot.nativeId).map(({ name }) => name)
    })
    return passes({ children: [...new Set(children)], how: intent.children })
  },
}
