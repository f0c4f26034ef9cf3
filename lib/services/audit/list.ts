import { z } from 'zod'
import { AUDIT_ACTIONS } from '@/lib/domain/audit'
import { ok } from '@/lib/domain/result'
import type { AuditWindow } from '@/lib/domain/view'
import { listAudit as readAudit } from '@/lib/store/audit'
import { mayNot, type Verb } from '../context'

export const listAuditInput = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
  action: z.enum(AUDIT_ACTIONS).optional(),
  q: z.string().trim().max(200).optional(),
})

/** The audit log, newest first. */
export const listAudit: Verb<z.output<typeof listAuditInput>, AuditWindow> = async ({ ctx, input }) => {
  const no = mayNot(ctx, 'audit.read')
  if (no !== null) return no
  const { cursor, limit, action, q } = input
  return ok(await readAudit(ctx.store, { cursor, limit, action, text: q === '' ? undefined : q }))
}
