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

/** Says what guests are for and whose they are; both null go back to what tags and names propose. */
export async function saveGuestEnvironment(
  tx: Tx,
  guestIds: readonly GuestId[],
  said: { environment: Environment | null; owner: string | null; by: string; at: Instant },
): Promise<Outcome<null>> {
  const known = await tx.query<{ id: string }>('SELECT id FROM guests WHERE id = ANY($1)', [guestIds])
  const missing = guestIds.find((id) => !known.some((guest) => guest.id === id))
  if (missing !== undefined) return refused({ code: 'missing', what: 'guest', name: missing })
  await tx.query(
    `DELETE FROM guest_environments ge USING guests g WHERE g.id = ANY($1) AND ge.connection_id = g.connection_id
       AND ge.guest_mark = ${guestMarkSql('g')}`,
    [guestIds],
  )
  if (said.environment !== null || said.owner !== null) {
    await tx.query(
      `INSERT INTO guest_environments (connection_id, guest_mark, environment, owner, set_by, set_at)
       SELECT g.connection_id, ${guestMarkSql('g')}, $2, $3, $4, $5 FROM guests g WHERE g.id = ANY($1)`,
      [
        guestIds,
        said.environment ?? NOTHING_SAID,
        said.owner === null ? null : cleanText(said.owner),
        cleanText(said.by),
        said.at,
      ],
    )
  }
  await recordChanges(tx, [
    ...guestIds.map((id) => ({ topic: 'guest' as const, id })),
    { topic: 'guests' as const, id: null },
  ])
  return ok(null)
}

/** Only the owner was named: the environment stays proposed. */
const NOTHING_SAID = ''

/** Names of these guests, for the audit log. */
export async function guestNames(db: Db, guestIds: readonly GuestId[]): Promise<string[]> {
  const rows = await db.query<{ name: string }>('SELECT name FROM guests WHERE id = ANY($1) ORDER BY name', [guestIds])
  return rows.map(({ name }) => name)
}

/** What one guest is for and whose it is; null when there is none of this id. */
export async function environmentOfGuest(
  db: Db,
  guestId: GuestId,
  environmentOf: (tags: readonly string[], name: string) => Environment,
): Promise<{ environment: Environment; said: boolean; proposed: Environment; owner: string | null } | null> {
  const [row] = await db.query<{ name: string; tags: string[]; said: string | null; owner: string | null }>(
    `SELECT g.name, g.tags, ge.environment AS said, ge.owner FROM guests g ${SAID_OF_GUEST} WHERE g.id = $1`,
    [guestId],
  )
  if (row === undefined) return null
  const proposed = environmentOf(row.tags, row.name)
  return { ...environmentFrom(row.said, () => proposed), proposed, owner: row.owner }
}

/** What a guest is for: as said, else as its tags and name propose. An empty text said nothing of it. */
export const environmentFrom = (
  said: string | null,
  proposed: () => Environment,
): { environment: Environment; said: boolean } => {
  const known = ENVIRONMENTS.find((each) => each === said)
  return known === undefined ? { environment: proposed(), said: false } : { environment: known, said: true }
}
