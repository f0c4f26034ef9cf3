/** What guests are for and how long their snapshots may live there; whose they are. */
import { DEFAULT_LIMITS, ENVIRONMENTS, type Environment, type EnvironmentLimits } from '@/lib/domain/environment'
import type { GuestId } from '@/lib/domain/ids'
import { type Outcome, ok, refused } from '@/lib/domain/result'
import type { Instant, Millis } from '@/lib/domain/units'
import { recordChanges } from './changes'
import type { Db } from './client'
import { guestMarkSql } from './holds'
import { cleanText } from './text'
import type { Tx } from './tx'

const SETTING = 'environment-limits'

/** The age limits in force: as set, else as shipped. */
export async function environmentLimits(db: Db): Promise<EnvironmentLimits> {
  const [row] = await db.query<{ value: Partial<Record<Environment, Millis | null>> }>(
    'SELECT value FROM settings WHERE key = $1',
    [SETTING],
  )
  const limitOf = (environment: Environment) => {
    const set = row?.value[environment]
    return { ageLimitMillis: set === undefined ? DEFAULT_LIMITS[environment].ageLimitMillis : set }
  }
  return Object.fromEntries(ENVIRONMENTS.map((each) => [each, limitOf(each)])) as EnvironmentLimits
}

/** Sets the age limits. Every list that shows a limit is read again. */
export async function saveEnvironmentLimits(tx: Tx, limits: EnvironmentLimits): Promise<void> {
  const value = Object.fromEntries(ENVIRONMENTS.map((each) => [each, limits[each].ageLimitMillis]))
  await tx.query(
    `INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, now())
     ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at`,
    [SETTING, JSON.stringify(value)],
  )
  await recordChanges(tx, [
    { topic: 'settings', id: null },
    { topic: 'guests', id: null },
  ])
}

/** Joins what people said of guest `g`; null columns where nobody did. */
export const SAID_OF_GUEST = `LEFT JOIN guest_environments ge
  ON ge.connection_id = g.connection_id AND ge.guest_mark = ${guestMarkSql('g')}`

/** Says what a guest is for and whose it is; `environment` null goes back to what its tags propose. */
export async function saveGuestEnvironment(
  tx: Tx,
  guestId: GuestId,
  said: { environment: Environment | null; owner: string | null; by: string; at: Instant },
): Promise<Outcome<null>> {
  const rows = await tx.query<{ id: string }>(
    said.environment === null && said.owner === null
      ? `DELETE FROM guest_environments ge USING guests g WHERE g.id = $1 AND ge.connection_id = g.connection_id
           AND ge.guest_mark = ${guestMarkSql('g')} RETURNING g.id`
      : `INSERT INTO guest_environments (connection_id, guest_mark, environment, owner, set_by, set_at)
         SELECT g.connection_id, ${guestMarkSql('g')}, $2, $3, $4, $5 FROM guests g WHERE g.id = $1
         ON CONFLICT (connection_id, guest_mark) DO UPDATE SET environment = excluded.environment,
           owner = excluded.owner, set_by = excluded.set_by, set_at = excluded.set_at RETURNING connection_id AS id`,
    said.environment === null && said.owner === null
      ? [guestId]
      : [
          guestId,
          said.environment ?? '',
          said.owner === null ? null : cleanText(said.owner),
          cleanText(said.by),
          said.at,
        ],
  )
  const [guest] = await tx.query<{ id: string }>('SELECT id FROM guests WHERE id = $1', [guestId])
  if (guest === undefined && rows.length === 0) return refused({ code: 'missing', what: 'guest', name: guestId })
  await recordChanges(tx, [
    { topic: 'guest', id: guestId },
    { topic: 'guests', id: null },
  ])
  return ok(null)
}

/** What a guest is for: as said, else as its tags and name propose. An empty text said nothing of it. */
export const environmentFrom = (
  said: string | null,
  proposed: () => Environment,
): { environment: Environment; said: boolean } => {
  const known = ENVIRONMENTS.find((each) => each === said)
  return known === undefined ? { environment: proposed(), said: false } : { environment: known, said: true }
}
