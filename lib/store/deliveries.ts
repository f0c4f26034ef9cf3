/**
 * The outbox. A notice is written in the transaction of the decision that made it due, under a key that is unique:
 * decided once, whatever restarts. Sending is at least once; receivers that can tell by the same key.
 */
import { randomUUID } from 'node:crypto'
import type { NotifyLog, Severity } from '@/lib/domain/alert'
import type { Delivery, DeliveryPart, DeliveryState, Notice, Receipt } from '@/lib/domain/channel'
import { type AlertId, asId, type ChannelId } from '@/lib/domain/ids'
import type { Reason } from '@/lib/domain/reason'
import type { Instant, Millis } from '@/lib/domain/units'
import { noticeSchema, receiptSchema, severityOf } from './alert-json'
import { rowsInBatches } from './batches'
import { recordChange } from './changes'
import type { Db } from './client'
import { reasonSchema } from './json'
import { cleanJson } from './text'
import type { Tx } from './tx'

/** What one channel was told of one alert, and how often. */
export type ToldOf = NotifyLog & { told: number }

/** Rows mapped in one go: some milliseconds. */
const LOGS_AT_ONCE = 5_000

/** What channels were told of alerts that are open, or that ended and owe somebody an end. */
export async function notifyLogs(
  tx: Tx,
  each: (alertId: AlertId, channelId: ChannelId, told: ToldOf) => void,
): Promise<void> {
  const batches = rowsInBatches<Omit<ToldOf, 'lastSeverity'> & TellingColumns>(
    tx,
    `SELECT n.channel_id AS "channelId", n.alert_id AS "alertId", n.last_at AS "lastAt",
       n.last_severity AS "lastSeverity", n.resolved_sent AS "resolvedSent", n.told
     FROM notify_logs n JOIN alerts a ON a.id = n.alert_id
     WHERE a.resolved_at IS NULL
       OR EXISTS (SELECT 1 FROM notify_logs owed WHERE owed.alert_id = n.alert_id AND NOT owed.resolved_sent)`,
    LOGS_AT_ONCE,
  )
  for await (const rows of batches) {
    for (const { channelId, alertId, lastSeverity, ...row } of rows) {
      each(alertId, channelId, { ...row, lastSeverity: severityOf(lastSeverity) })
    }
  }
}

type TellingColumns = { channelId: ChannelId; alertId: AlertId; lastSeverity: string }

export type TellingOf = { alertId: AlertId; severity: Severity; resolved: boolean }

/**
 * Puts a notice into the outbox and notes what its channel is told of each alert in it. Twice is once. What still waits
 * of the same alert goes before it, and does not make it wait.
 */
export async function enqueueNotice(
  tx: Tx,
  input: { channelId: ChannelId; notice: Notice; told: readonly TellingOf[] },
): Promise<void> {
  const { channelId, notice, told } = input
  await tx.query(
    `INSERT INTO deliveries (id, channel_id, notice_key, notice, next_try_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)
     ON CONFLICT (notice_key) DO NOTHING`,
    [randomUUID(), channelId, notice.key, cleanJson(notice), notice.at],
  )
  await tx.query(
    `UPDATE deliveries SET next_try_at = $3 WHERE channel_id = $1 AND notice ->> 'threadKey' = $2 AND state = 'waiting'
       AND next_try_at > $3`,
    [channelId, notice.threadKey, notice.at],
  )
  await tx.query(
    `INSERT INTO notify_logs (channel_id, alert_id, last_at, last_severity, resolved_sent)
     SELECT $1, r.alert_id, $2, r.severity, r.resolved FROM unnest($3::text[], $4::text[], $5::boolean[]) AS r(alert_id, severity, resolved)
     ON CONFLICT (channel_id, alert_id) DO UPDATE SET last_at = excluded.last_at, last_severity = excluded.last_severity,
       resolved_sent = excluded.resolved_sent, told = notify_logs.told + 1`,
    [
      channelId,
      notice.at,
      told.map(({ alertId }) => alertId),
      told.map(({ severity }) => severity),
      told.map(({ resolved }) => resolved),
    ],
  )
  await tx.query("SELECT pg_notify('snapwarden_work', 'notices')")
}

export type ClaimedDelivery = {
  id: string
  channelId: ChannelId
  /** null = it is kept in a form that this release does not read: the others are sent all the same */
  notice: Notice | null
  tries: number
  createdAt: Instant
}

/**
 * Takes due notices for sending, the oldest of each channel but of none that is `busy`; of one alert none before an older
 * one: an end that arrives before its beginning leaves a receiver alarmed for ever. Whoever dies with a notice gives it
 * back when its claim is over.
 */
export async function claimDeliveries(
  db: Db,
  input: { now: Instant; claimMillis: Millis; busy: readonly ChannelId[]; limit: number },
): Promise<ClaimedDelivery[]> {
  const rows = await db.query<{ id: string; channelId: string; notice: unknown; tries: number; createdAt: Instant }>(
    `UPDATE deliveries SET claimed_until = $1::timestamptz + $2 * interval '1 millisecond', tries = tries + 1
     WHERE id IN (
       SELECT oldest.id FROM channels c CROSS JOIN LATERAL (
         SELECT d.id, d.created_at FROM deliveries d
         WHERE d.channel_id = c.id AND d.state = 'waiting' AND d.next_try_at <= $1
           AND (d.claimed_until IS NULL OR d.claimed_until <= $1)
           AND NOT EXISTS (
             SELECT 1 FROM deliveries older WHERE older.channel_id = c.id AND older.state = 'waiting'
               AND older.notice ->> 'threadKey' = d.notice ->> 'threadKey'
               AND (older.created_at, older.id) < (d.created_at, d.id))
         ORDER BY d.created_at, d.id LIMIT 1 FOR UPDATE SKIP LOCKED) oldest
       WHERE c.id <> ALL ($3) ORDER BY oldest.created_at, oldest.id LIMIT $4)
     RETURNING id, channel_id AS "channelId", notice, tries, created_at AS "createdAt"`,
    [input.now, input.claimMillis, input.busy, input.limit],
  )
  return rows.map((row) => ({
    ...row,
    channelId: asId<ChannelId>(row.channelId),
    notice: noticeSchema.safeParse(row.notice).data ?? null,
  }))
}

/** How a try ended: sent, to be tried again at `nextTryAt`, or given up. */
export type TryEnd =
  | { state: 'sent'; receipt: Receipt; at: Instant }
  | { state: 'waiting'; why: Reason; nextTryAt: Instant }
  | { state: 'dead'; why: Reason }

export async function finishTry(tx: Tx, id: string, end: TryEnd): Promise<void> {
  await tx.query(
    `UPDATE deliveries SET state = $2, claimed_until = NULL, next_try_at = $3, sent_at = $4, receipt = $5, last_error = $6
     WHERE id = $1 AND state = 'waiting'`,
    [
      id,
      end.state,
      end.state === 'waiting' ? end.nextTryAt : null,
      end.state === 'sent' ? end.at : null,
      end.state === 'sent' ? cleanJson(end.receipt) : null,
      end.state === 'sent' ? null : cleanJson(end.why),
    ],
  )
  await recordChange(tx, 'channels', null)
}

/** The delivery log, newest first; of one channel or of all. */
export async function listDeliveries(
  db: Db,
  input: { channelId: ChannelId | null; state: DeliveryState | null; limit: number },
): Promise<Delivery[]> {
  const rows = await db.query<{
    id: string
    channelId: string
    channelName: string
    noticeKey: string
    notice: unknown
    state: string
    tries: number
    nextTryAt: Instant | null
    createdAt: Instant
    sentAt: Instant | null
    receipt: unknown
    lastError: unknown
  }>(
    `SELECT d.id, d.channel_id AS "channelId", c.name AS "channelName",
       d.notice_key AS "noticeKey", d.notice, d.state, d.tries,
       d.next_try_at AS "nextTryAt", d.created_at AS "createdAt", d.sent_at AS "sentAt", d.receipt,
       d.last_error AS "lastError"
     FROM deliveries d JOIN channels c ON c.id = d.channel_id
     WHERE ($1::text IS NULL OR d.channel_id = $1) AND ($2::text IS NULL OR d.state = $2)
     ORDER BY d.created_at DESC, d.id LIMIT $3`,
    [input.channelId, input.state, input.limit],
  )
  return rows.map(({ notice, receipt, lastError, ...row }) => {
    const told = noticeSchema.safeParse(notice)
    const answered = receiptSchema.safeParse(receipt)
    const failed = reasonSchema.nullable().safeParse(lastError)
    const parts = { notice: told.success, answer: answered.success, error: failed.success }
    return {
      ...row,
      channelId: asId<ChannelId>(row.channelId),
      title: told.data?.title ?? null,
      state: stateOf(row.state),
      receipt: answered.data ?? null,
      lastError: failed.data ?? null,
      unread: PARTS.filter((part) => !parts[part]),
    }
  })
}

const PARTS = ['notice', 'answer', 'error'] as const satisfies readonly DeliveryPart[]

/** Gives a notice that was given up another chance. Returns whether there was one. */
export async function reviveDelivery(tx: Tx, id: string, now: Instant): Promise<boolean> {
  const rows = await tx.query<{ id: string }>(
    `UPDATE deliveries SET state = 'waiting', tries = 0, next_try_at = $2, created_at = $2 WHERE id = $1 AND state = 'dead' RETURNING id`,
    [id, now],
  )
  return rows.length > 0
}

/** Removes what was sent or given up before `before`. */
export async function pruneDeliveries(db: Db, before: Instant): Promise<number> {
  const rows = await db.query<{ id: string }>(
    `DELETE FROM deliveries WHERE state <> 'waiting' AND created_at < $1 RETURNING id`,
    [before],
  )
  return rows.length
}

function stateOf(text: string): DeliveryState {
  if (text === 'waiting' || text === 'sent' || text === 'dead') return text
  throw new Error(`unknown state of a delivery in the database: ${text}`)
}
