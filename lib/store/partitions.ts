/** Tables partitioned by time: their partitions are made ahead and dropped when they are old. */
import { DAY, epochMillis, HOUR, type Instant, instantAt, type Millis } from '@/lib/domain/units'
import type { Db } from './client'

type Partitioned = { width: string; widthMillis: Millis; keepMillis: Millis }

/** Widths keep the number of partitions small, and what is kept beyond the promise less than one of them. */
export const PARTITIONED = {
  storage_samples: { width: '6 hours', widthMillis: 6 * HOUR, keepMillis: 48 * HOUR },
  storage_samples_hourly: { width: '7 days', widthMillis: 7 * DAY, keepMillis: 92 * DAY },
  storage_samples_daily: { width: '91 days', widthMillis: 91 * DAY, keepMillis: 400 * DAY },
  guest_space: { width: '1 day', widthMillis: DAY, keepMillis: 9 * DAY },
} as const satisfies Record<string, Partitioned>
export type PartitionedTable = keyof typeof PARTITIONED

/** Makes sure that partitions hold everything from `from` to `to`. */
export async function ensurePartitions(db: Db, table: PartitionedTable, from: Instant, to: Instant): Promise<void> {
  const { width, widthMillis } = PARTITIONED[table]
  const moments: Instant[] = [to]
  for (let at = epochMillis(from); at < epochMillis(to); at += widthMillis) moments.push(instantAt(at))
  await db.query(`SELECT ensure_partition($1, $2::interval, moment) FROM unnest($3::timestamptz[]) AS moment`, [
    table,
    width,
    moments,
  ])
}

/** Partitions for now and for what comes next, and none for what is old. Returns how many were dropped. */
export async function turnPartitions(db: Db, now: Instant): Promise<number> {
  let dropped = 0
  for (const table of Object.keys(PARTITIONED) as PartitionedTable[]) {
    const { width, widthMillis, keepMillis } = PARTITIONED[table]
    await ensurePartitions(db, table, now, instantAt(epochMillis(now) + widthMillis))
    const [row] = await db.query<{ dropped: number }>(`SELECT drop_partitions($1, $2::interval, $3) AS dropped`, [
      table,
      width,
      instantAt(epochMillis(now) - keepMillis),
    ])
    dropped += row?.dropped ?? 0
  }
  return dropped
}
