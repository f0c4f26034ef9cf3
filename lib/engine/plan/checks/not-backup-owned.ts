/** Snapshots that a backup or replication tool made and will look for again, told by the names those tools give. */
import { snapshotById } from '../context'
import { blocks, type CheckRule, passes, warns } from './rule'

/** Names as the tools themselves make them: Proxmox replication and vzdump, Veeam, Commvault, virtnbdbackup, zrepl. */
const TOOL_NAMES = [
  /^__replicate_/,
  /^vzdump$/,
  /^__base__$/,
  /^veeam/i,
  /^gx_backup/i,
  /^virtnbdbackup/i,
  /^zrepl_/,
  /^syncoid_/,
]

export const notBackupOwned: CheckRule = {
  id: 'not-backup-owned',
  judge({ context, intent }) {
    if (intent.do !== 'delete' && intent.do !== 'rollback') return null
    const ids = intent.do === 'delete' ? intent.snapshotIds : [intent.snapshotId]
    const names = ids.flatMap((id) => snapshotById(context, id)?.snapshot.name ?? [])
    const owned = names.filter((name) => TOOL_NAMES.some((pattern) => pattern.test(name)))
    const [first] = owned
    if (first === undefined) return passes()
    const why = { code: 'held', snapshot: first, by: 'backup', note: '' } as const
    return intent.do === 'delete' ? blocks('guard', why, { snapshots: owned }) : warns(why, { snapshots: owned })
  },
}
