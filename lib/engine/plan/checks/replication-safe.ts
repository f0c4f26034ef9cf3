/** A rollback removes replication snapshots: until the next full replication the copy on the other node is all there is. */
import { type CheckRule, passes, warns } from './rule'

export const replicationSafe: CheckRule = {
  id: 'replication-safe',
  judge({ context: { connection, known }, intent }) {
    if (intent.do !== 'rollback' || connection.kind !== 'proxmox') return null
    const { replicated } = known.facts
    return replicated === false ? passes({ replicated }) : warns(undefined, { replicated })
  },
}
