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

/** The log, newest first. An unknown cursor starts at the top. */
export async function listAudit(db: Db, query: AuditQuery = {}): Promise<AuditWindow> {
  const limit = Math.min(Math.max(query.limit ?? 100, 1), MAX_AUDIT_WINDOW)
  const after = readCursor(query.cursor)
  const rows = await db.query<AuditRow>(
    `SELECT id, at, actor, action, subject, detail, address FROM audit
     WHERE ($1::timestamptz IS NULL OR (at, id) < ($1, $2))
       AND ($3::text IS NULL OR action = $3)
       AND ($4::text IS NULL OR position(lower($4) in lower(actor || ' ' || coalesce(subject, ''))) > 0)
     ORDER BY at DESC, id DESC LIMIT $5`,
    [after?.at ?? null, after?.id ?? '', query.action ?? null, query.text ?? null, limit + 1],
  )
  const entries = rows.slice(0, limit).map(entryFromRow)
  const last = entries.at(-1)
  return { entries, nextCursor: rows.length > limit && last !== undefined ? `${last.at}~${last.id}` : null }
}

type AuditRow = {
  id: string
  at: Instant
  actor: string
  action: string
  subject: string | null
  detail: unknown
  address: string | null
}

const entryFromRow = (row: AuditRow): AuditEntry => ({
  id: asId<AuditId>(row.id),
  at: row.at,
  actor: row.actor,
  action: actionSchema.parse(row.action),
  subject: row.subject,
  detail: detailSchema.parse(row.detail),
  address: row.address,
})

function readCursor(cursor: string | undefined): { at: Instant; id: string } | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)~([0-9a-f-]{36})$/.exec(cursor ?? '')
  return match?.[1] !== undefined && match[2] !== undefined ? { at: match[1], id: match[2] } : null
}
