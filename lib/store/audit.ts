/** The audit log: who did what. Written in the transaction of what it describes. */
import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { type Actor, actorName } from '@/lib/domain/actor'
import { AUDIT_ACTIONS, type AuditAction, type AuditEntry } from '@/lib/domain/audit'
import { type AuditId, asId } from '@/lib/domain/ids'
import type { Instant } from '@/lib/domain/units'
import type { AuditWindow } from '@/lib/domain/view'
import { recordChange } from './changes'
import type { Db } from './client'
import { cleanJson, cleanText } from './text'
import type { Tx } from './tx'

export type NewAudit = {
  actor: Actor
  action: AuditAction
  /** what it was done to, e.g. `connection:kvm-gz-01` */
  subject: string | null
  /** plain facts, never a secret */
  detail?: AuditEntry['detail']
  /** the client's network address */
  address?: string | null | undefined
}

/** Writes one audit entry in the caller's transaction, and tells readers of the log. */
export async function record(tx: Tx, entry: NewAudit): Promise<void> {
  await tx.query('INSERT INTO audit (id, actor, action, subject, detail, address) VALUES ($1, $2, $3, $4, $5, $6)', [
    randomUUID(),
    cleanText(actorName(entry.actor)),
    entry.action,
    entry.subject === null ? null : cleanText(entry.subject),
    cleanJson(entry.detail ?? {}),
    entry.address ?? null,
  ])
  await recordChange(tx, 'audit', null)
}

const detailSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))
const actionSchema = z.enum(AUDIT_ACTIONS)
const MAX_AUDIT_WINDOW = 500

export type AuditQuery = {
  cursor?: string | undefined
  limit?: number | undefined
  /** only this action */
  action?: AuditAction | undefined
  /** actor or subject contains this text, any case */
  text?: string | undefined
}

/** The log, newest first, in the order of its chain: entries of one millisecond keep theirs. An unknown cursor starts at the top. */
export async function listAudit(db: Db, query: AuditQuery = {}): Promise<AuditWindow> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), MAX_AUDIT_WINDOW)
  const after = readCursor(query.cursor)
  const rows = await db.query<AuditRow>(
    `SELECT id, seq, at, actor, action, subject, detail, address, hash, previous FROM audit
     WHERE ($1::bigint IS NULL OR seq < $1)
       AND ($2::text IS NULL OR action = $2)
       AND ($3::text IS NULL OR position(lower($3) in lower(actor || ' ' || coalesce(subject, ''))) > 0)
     ORDER BY seq DESC LIMIT $4`,
    [after, query.action ?? null, query.text ?? null, limit + 1],
  )
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  const nextCursor = rows.length > limit && last !== undefined ? String(last.seq) : null
  return { entries: page.map(entryFromRow), nextCursor }
}

type AuditRow = {
  id: string
  seq: number
  at: Instant
  actor: string
  action: string
  subject: string | null
  detail: unknown
  address: string | null
  hash: string
  previous: string
}

const entryFromRow = (row: AuditRow): AuditEntry => ({
  id: asId<AuditId>(row.id),
  at: row.at,
  actor: row.actor,
  action: actionSchema.parse(row.action),
  subject: row.subject,
  detail: detailSchema.parse(row.detail),
  address: row.address,
  seal: { seq: row.seq, hash: row.hash, previous: row.previous },
})

const readCursor = (cursor: string | undefined): number | null =>
  cursor !== undefined && /^\d{1,15}$/.test(cursor) ? Number(cursor) : null
