import { type Outcome, ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { type SealedEntry, sealedEntries } from '@/lib/store/audit-chain'
import { withTransaction } from '@/lib/store/tx'
import { by, type Call, mayNot } from '../context'

/**
 * The whole audit log as it was sealed, oldest first, the entry about this export included. Each line can be checked
 * without us: its hash is the SHA-256 of the hash before, a line feed, and its record.
 */
export async function exportAudit({ ctx }: Call<object>): Promise<Outcome<AsyncIterable<SealedEntry>>> {
  const no = mayNot(ctx, 'audit.read')
  if (no !== null) return no
  await withTransaction(ctx.store, (tx) => record(tx, { ...by(ctx), action: 'audit.exported', subject: null }))
  return ok(sealedEntries(ctx.store))
}
