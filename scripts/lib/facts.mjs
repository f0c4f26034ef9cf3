import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import { errorCode, Problem } from './problem.mjs'

/** A PostgreSQL that starts beside us (compose, a rebooting machine) gets this long. */
const CONNECT_PATIENCE_MS = 30_000
const CONNECT_TIMEOUT_MS = 5_000
const RETRY_MS = 500

/**
 * Waits until a PostgreSQL somebody else runs accepts us.
 * @param {{ url: string, signal: AbortSignal, patienceMs?: number }} input
 * @throws {Problem} naming host and reason, never the password
 */
export async function waitForDatabase({ url, signal, patienceMs = CONNECT_PATIENCE_MS }) {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
    try {
      await client.connect()
      await client.end()
      return
    } catch (error) {
      const code = errorCode(error) ?? ''
      // 57P03: it is starting up. Refused and unknown names pass too when it starts beside us; a wrong password does not.
      const passing = ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ECONNRESET', 'ETIMEDOUT', '57P03'].includes(code)
      if (!passing || performance.now() >= deadline) {
        const text = error instanceof Error && error.message !== '' ? error.message : code
        throw new Problem(`The database at ${new URL(url).host} (DATABASE_URL) cannot be used: ${text}.`, {
          cause: error,
        })
      }
    }
    await wait(RETRY_MS, undefined, { signal })
  }
}

/**
 * What the start has to know from a migrated database.
 * @param {string} url
 * @returns {Promise<{ administratorExists: boolean, somethingSealed: boolean }>}
 */
export async function readStartFacts(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  await client.connect()
  try {
    const { rows } = await client.query(`SELECT
      EXISTS (SELECT 1 FROM users WHERE role = 'admin' AND disabled_at IS NULL) AS administrator,
      EXISTS (SELECT 1 FROM connection_secrets) AS sealed`)
    return { administratorExists: rows[0].administrator, somethingSealed: rows[0].sealed }
  } finally {
    await client.end()
  }
}
