import type { ChainVerdict } from '@/lib/domain/audit'
import { ok } from '@/lib/domain/result'
import { verifyAudit } from '@/lib/store/audit-chain'
import { mayNot, type Verb } from '../context'

/** Checks the whole audit log: every entry against the one before, and against what it was when it was written. */
export const verifyAuditLog: Verb<object, ChainVerdict> = async ({ ctx }) =>
  mayNot(ctx, 'audit.read') ?? ok(await verifyAudit(ctx.store))
