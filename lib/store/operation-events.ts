/** What operations tell, in order: append-only, numbered within each operation so that a reader may resume. */
import { z } from 'zod'
import type { OperationId } from '@/lib/domain/ids'
import { OPERATION_STATES, type OperationEvent, STEP_STATES } from '@/lib/domain/operation'
import type { Instant } from '@/lib/domain/units'
import type { Db } from './client'
import { reasonSchema } from './json'
import { cleanJson } from './text'
import type { Tx } from './tx'

type WithoutPlace<T> = T extends unknown ? Omit<T, 'seq' | 'at'> : never
/** An event to be; its number and time are given when it is written. */
export type NewEvent = WithoutPlace<OperationEvent>

/**
 * Adds events in the caller's transaction. Writers of one operation follow one another: each locks its row first, so
 * that numbers have no gaps and commit in order.
 */
export async function addEvents(
  tx: Tx,
  events: readonly { id: OperationId; at: Instant; event: NewEvent }[],
): Promise<void> {
  if (events.length === 0) return
  const ids = [...new Set(events.map(({ id }) => id))].sort()
  await tx.query('SELECT 1 FROM operations WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids])
  const rows = events.map(({ id, at, event: { event, ...data } }, place) => ({ id, at, event, data, place }))
  await tx.query(
    `INSERT INTO operation_events (operation_id, seq, at, event, data)
     SELECT r.id, coalesce((SELECT max(seq) FROM operation_events e WHERE e.operation_id = r.id), 0)
         + row_number() OVER (PARTITION BY r.id ORDER BY r.place), r.at, r.event, r.data
     FROM jsonb_to_recordset($1::jsonb) AS r(id text, at timestamptz, event text, data jsonb, place int)`,
    [cleanJson(rows)],
  )
}

/** The events of an operation after `seq`, oldest first, at most `limit`. */
export async function eventsAfter(db: Db, id: OperationId, seq: number, limit: number): Promise<OperationEvent[]> {
  const rows = await db.query<{ seq: number; at: Instant; event: string; data: object }>(
    `SELECT seq, at, event, data FROM operation_events WHERE operation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
    [id, seq, limit],
  )
  return rows.map(({ seq: place, at, event, data }) => ({
    seq: place,
    at,
    ...eventSchema.parse({ event, ...data }),
  }))
}

const eventSchema: z.ZodType<NewEvent> = z.discriminatedUnion('event', [
  z.object({ event: z.literal('state'), state: z.enum(OPERATION_STATES) }),
  z.object({
    event: z.literal('step'),
    key: z.string(),
    state: z.enum(STEP_STATES),
    why: reasonSchema.nullable(),
  }),
  z.object({
    event: z.literal('progress'),
    key: z.string(),
    done: z.number(),
    total: z.number().nullable(),
    unit: z.enum(['bytes', 'percent']),
  }),
  z.object({ event: z.literal('log'), key: z.string(), line: z.string() }),
])
