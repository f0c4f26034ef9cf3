import type { Alert } from '@/lib/domain/alert'
import type { AuditAction, AuditEntry } from '@/lib/domain/audit'
import type { Outcome } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { type Tx, withTransaction } from '@/lib/store/tx'
import { by, type Context, mayNot } from '../context'

/** What people do with one alert: allowed, done and audited in one transaction. None changes whether it fires. */
export async function recordOnAlert(
  ctx: Context,
  action: AuditAction,
  detail: AuditEntry['detail'],
  change: (tx: Tx) => Promise<Outcome<Alert>>,
): Promise<Outcome<Alert>> {
  const no = mayNot(ctx, 'alert.handle')
  if (no !== null) return no
  return withTransaction(ctx.store, async (tx) => {
    const changed = await change(tx)
    if (!changed.ok) return changed
    const { subjectName, kind } = changed.value
    await record(tx, { ...by(ctx), action, subject: `alert:${subjectName}`, detail: { kind, ...detail } })
    return changed
  })
}
