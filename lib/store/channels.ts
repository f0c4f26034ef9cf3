/** Where notices go. Secrets are kept sealed, apart, and leave this file sealed. */
import type { Channel } from '@/lib/domain/channel'
import { asId, type ChannelId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import { quietHoursSchema, routeSchema, settingsSchema } from './alert-json'
import { recordChange } from './changes'
import type { Db } from './client'
import type { SealedSecret } from './credentials'
import { cleanText } from './text'
import type { Tx } from './tx'

type ChannelColumns = {
  id: string
  name: string
  settings: unknown
  route: unknown
  language: string
  enabled: boolean
  quietHours: unknown
  repeatMillis: Millis | null
  escalateAfterMillis: Millis | null
  groupMillis: Millis
  anyAddress: boolean
}

const COLUMNS = `id, name, settings, route, language, enabled, quiet_hours AS "quietHours",
  repeat_millis AS "repeatMillis", escalate_after_millis AS "escalateAfterMillis", group_millis AS "groupMillis",
  any_address AS "anyAddress"`

const channelFrom = (row: ChannelColumns): Channel => ({
  ...row,
  id: asId<ChannelId>(row.id),
  settings: settingsSchema.parse(row.settings),
  route: routeSchema.parse(row.route),
  language: row.language === 'zh-CN' ? 'zh-CN' : 'en',
  quietHours: quietHoursSchema.parse(row.quietHours),
})

/** All channels by name. */
export async function listChannels(db: Db): Promise<Channel[]> {
  const rows = await db.query<ChannelColumns>(`SELECT ${COLUMNS} FROM channels ORDER BY lower(name), id`)
  return rows.map(channelFrom)
}

/** One channel, null when there is none of this id. */
export async function findChannel(db: Db, id: ChannelId): Promise<Channel | null> {
  const [row] = await db.query<ChannelColumns>(`SELECT ${COLUMNS} FROM channels WHERE id = $1`, [id])
  return row === undefined ? null : channelFrom(row)
}

/** Adds a channel, or rewrites one. Names are unique. */
export async function saveChannel(tx: Tx, channel: Channel, by: string, at: Instant): Promise<Outcome<Channel>> {
  const [taken] = await tx.query<{ id: string }>('SELECT id FROM channels WHERE name = $1 AND id <> $2', [
    channel.name,
    channel.id,
  ])
  if (taken !== undefined) return refused({ code: 'already-exists', what: 'channel', name: channel.name })
  await tx.query(
    `INSERT INTO channels (id, name, settings, route, language, enabled, quiet_hours, repeat_millis,
       escalate_after_millis, group_millis, any_address, created_by, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
     ON CONFLICT (id) DO UPDATE SET name = excluded.name, settings = excluded.settings, route = excluded.route,
       language = excluded.language, enabled = excluded.enabled, quiet_hours = excluded.quiet_hours,
       repeat_millis = excluded.repeat_millis, escalate_after_millis = excluded.escalate_after_millis,
       group_millis = excluded.group_millis, any_address = excluded.any_address`,
    [
      channel.id,
      cleanText(channel.name),
      JSON.stringify(channel.settings),
      JSON.stringify(channel.route),
      channel.language,
      channel.enabled,
      channel.quietHours === null ? null : JSON.stringify(channel.quietHours),
      channel.repeatMillis,
      channel.escalateAfterMillis,
      channel.groupMillis,
      channel.anyAddress,
      cleanText(by),
      at,
    ],
  )
  await recordChange(tx, 'channels', null)
  return ok(channel)
}

/** Removes a channel with its secret and its outbox. */
export async function removeChannel(tx: Tx, id: ChannelId): Promise<Outcome<Channel>> {
  const [row] = await tx.query<ChannelColumns>(`DELETE FROM channels WHERE id = $1 RETURNING ${COLUMNS}`, [id])
  if (row === undefined) return refused({ code: 'missing', what: 'channel', name: id })
  await recordChange(tx, 'channels', null)
  return ok(channelFrom(row))
}

/** The sealed secret of a channel, null when it has none. */
export async function readChannelSecret(db: Db, id: ChannelId): Promise<SealedSecret | null> {
  const [row] = await db.query<{ keyId: string; sealed: Buffer }>(
    'SELECT key_id AS "keyId", sealed FROM channel_secrets WHERE channel_id = $1',
    [id],
  )
  return row ?? null
}

export async function saveChannelSecret(tx: Tx, id: ChannelId, secret: SealedSecret): Promise<void> {
  await tx.query(
    `INSERT INTO channel_secrets (channel_id, key_id, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (channel_id) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed`,
    [id, secret.keyId, secret.sealed],
  )
}
