/** The audit log as a chain: every entry seals the one before, and anybody can check it with SHA-256 alone. */
import { createHash } from 'node:crypto'
import type { ChainVerdict } from '@/lib/domain/audit'
import type { Db } from './client'

/** One entry as it was sealed. `record` is the exact text that was hashed, a JSON array of its fields. */
export type SealedEntry = { seq: number; record: string; previous: string; hash: string }

/** Entries taken at once, so that a log of years does not lie in memory. */
const STEP = 1_000

/** The whole log, oldest first, as it was sealed. */
export async function* sealedEntries(db: Db): AsyncGenerator<SealedEntry> {
  for (let after = 0; ; ) {
    const rows = await db.query<SealedEntry>(
      'SELECT seq, record, previous, hash FROM audit WHERE seq > $1 ORDER BY seq LIMIT $2',
      [after, STEP],
    )
    yield* rows
    const last = rows.at(-1)
    if (rows.length < STEP || last === undefined) return
    after = last.seq
  }
}

/**
 * Checks every entry against the one before, and what its columns say now against what was sealed. The first that
 * does not fit is named. A log whose end was cut off is whole in itself: compare `head` with one kept elsewhere.
 */
export async function verifyAudit(db: Db): Promise<ChainVerdict> {
  let entries = 0
  let head = ''
  let expected = 1
  for await (const { seq, record, previous, hash } of sealedEntries(db)) {
    const fits = seq === expected && previous === head && hash === sealOf(previous, record)
    if (!fits) return { intact: false, brokenAt: expected, entries, head }
    head = hash
    entries += 1
    expected += 1
  }
  const [edited] = await db.query<{ seq: number }>(
    'SELECT seq FROM audit a WHERE record <> audit_record(a) ORDER BY seq LIMIT 1',
  )
  return edited === undefined ? { intact: true, entries, head } : { intact: false, brokenAt: edited.seq, entries, head }
}

/** What seals an entry: SHA-256 of the seal before, a line feed, and its own text. */
const sealOf = (previous: string, record: string): string =>
  createHash('sha256').update(`${previous}\n${record}`).digest('hex')
