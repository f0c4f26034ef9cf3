/** Sealed credentials at rest, and the sealed addresses they may go to. Only the registry imports this. */
import type { ConnectionId } from '@/lib/domain/ids'
import type { Db } from './client'
import type { Tx } from './tx'

export type SealedSecret = { keyId: string; sealed: Buffer }

/** Stores the sealed credentials of a connection in place of earlier ones. Workers open the connection anew. */
export async function saveSecret(tx: Tx, connectionId: ConnectionId, secret: SealedSecret): Promise<void> {
  await tx.query(
    `INSERT INTO connection_secrets (connection_id, key_id, sealed) VALUES ($1, $2, $3)
     ON CONFLICT (connection_id) DO UPDATE
       SET key_id = excluded.key_id, sealed = excluded.sealed, updated_at = clock_timestamp()`,
    [connectionId, secret.keyId, secret.sealed],
  )
}

/** The sealed credentials, null when the connection has none (a local socket needs none). */
export async function readSecret(db: Db, connectionId: ConnectionId): Promise<SealedSecret | null> {
  const [row] = await db.query<SealedSecret>(
    'SELECT key_id AS "keyId", sealed FROM connection_secrets WHERE connection_id = $1',
    [connectionId],
  )
  return row ?? null
}

/** Stores the sealed addresses of further servers in place of earlier ones. Nobody opens a connection anew for them. */
export async function saveServers(db: Db, connectionId: ConnectionId, servers: SealedSecret): Promise<void> {
  await db.query(
    `INSERT INTO connection_servers (connection_id, key_id, sealed)
     SELECT id, $2, $3 FROM connections WHERE id = $1
     ON CONFLICT (connection_id) DO UPDATE SET key_id = excluded.key_id, sealed = excluded.sealed`,
    [connectionId, servers.keyId, servers.sealed],
  )
}

/** The sealed addresses of further servers, null when none were ever told. */
export async function readServers(db: Db, connectionId: ConnectionId): Promise<SealedSecret | null> {
  const [row] = await db.query<SealedSecret>(
    'SELECT key_id AS "keyId", sealed FROM connection_servers WHERE connection_id = $1',
    [connectionId],
  )
  return row ?? null
}
