import { ok } from '@/lib/domain/result'
import { record } from '@/lib/store/audit'
import { withTransaction } from '@/lib/store/tx'
import { by, mayNot, type Verb } from '../context'

/** Writes down that everything known is about to leave; whoever exports reads it page by page afterwards. */
export const recordExport: Verb<object, null> = async ({ ctx }) => {
  const no = mayNot(ctx, 'export.read')
  if (no !== null) return no
  await withTransaction(ctx.store, (tx) => record(tx, { ...by(ctx), action: 'export.made', subject: null }))
  return ok(null)
}
