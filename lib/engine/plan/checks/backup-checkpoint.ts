/** After a rollback incremental backups start over: the next one is a full one. */
import { type CheckRule, passes, warns } from './rule'

export const backupCheckpoint: CheckRule = {
  id: 'backup-checkpoint',
  judge({ context: { known }, intent }) {
    if (intent.do !== 'rollback') return null
    const { lastBackup } = known.facts
    return lastBackup?.at == null
      ? passes({ lastBackup: null })
      : warns(undefined, { lastBackup: lastBackup.at, next: 'full' })
  },
}
