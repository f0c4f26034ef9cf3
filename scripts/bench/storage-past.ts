/** Storages with 90 days behind them, made by the database itself as the product would have written them. */
import { DAY, GIB, HOUR, instantAt } from '../../lib/domain/units'
import type { Store } from '../../lib/store/client'
import { ensurePartitions, PARTITIONED } from '../../lib/store/partitions'

export const SIZE = { storages: 1_000, connections: 20, capacityBytes: 10_000 * GIB } as const

/** Fills an empty database: raw samples as long as they are kept, hours and days as long as they are kept. */
export async function fillStoragePast(store: Store, say: (line: string) => void): Promise<void> {
  const now = Date.now()
  await store.query(
    `INSERT INTO connections (id, name, kind, address, created_by)
     SELECT 'bench-connection-' || n, 'bench-kvm-' || n, 'libvirt',
       '{"kind": "libvirt", "uri": "qemu+ssh://bench/system", "cleartextAccepted": false}', 'bench'
     FROM generate_series(1, $1) AS n`,
    [SIZE.connections],
  )
  await store.query(
    `INSERT INTO storages (id, connection_id, native_id, name, node, type, active, path, capacity_bytes, used_bytes,
       available_bytes, provisioned_bytes, snapshot_bytes, orphan_count, orphan_bytes, source, volumes_at, fingerprint,
       collected_at)
     SELECT 'bench-storage-' || n, 'bench-connection-' || 1 + n % $2::int, 'pool-' || n, 'pool-' || n, 'kvm', 'dir',
       true, '/pool/' || n, $3::bigint, $3::bigint / 2, $3::bigint / 2, $3::bigint, $3::bigint / 10, 0, 0, 'libvirt-pool', now(), 'bench',
       now() FROM generate_series(1, $1::int) AS n`,
    [SIZE.storages, SIZE.connections, SIZE.capacityBytes],
  )
  await store.query(
    'INSERT INTO storage_series (connection_id, native_id) SELECT connection_id, native_id FROM storages',
  )
  await fill(store, 'storage_samples', PARTITIONED.storage_samples.keepMillis, '1 minute', now)
  say('minutes are there')
  await fill(store, 'storage_samples_hourly', 90 * DAY, '1 hour', now)
  say('hours are there')
  await fill(store, 'storage_samples_daily', PARTITIONED.storage_samples_daily.keepMillis, '1 day', now)
  await store.query('ANALYZE')
}

type Filled = 'storage_samples' | 'storage_samples_hourly' | 'storage_samples_daily'

/** A part of the time at once, in order: a statement stays within its time limit, and rows lie as they come. */
async function fill(store: Store, table: Filled, spanMillis: number, step: string, now: number): Promise<void> {
  await ensurePartitions(store, table, instantAt(now - spanMillis), instantAt(now))
  const rolled = table !== 'storage_samples'
  const chunk = table === 'storage_samples' ? 2 * HOUR : table === 'storage_samples_hourly' ? 5 * DAY : 100 * DAY
  const unit = table === 'storage_samples' ? 'minute' : table === 'storage_samples_hourly' ? 'hour' : 'day'
  for (let from = now - spanMillis; from < now; from += chunk) {
    await store.query(
      `INSERT INTO ${table} (series, at, used_bytes, ${rolled ? 'used_max_bytes, samples' : 'available_bytes'},
         capacity_bytes, provisioned_bytes, snapshot_bytes)
       SELECT q.id, at, used, ${rolled ? 'used, 60' : '$4::bigint - used'}, $4::bigint, $4::bigint, used / 5
       FROM generate_series(date_trunc('${unit}', $1::timestamptz), $2::timestamptz - interval '1 millisecond', $3::interval) AS at,
         storage_series q,
         LATERAL (SELECT ($4::float8 * (0.5 + 0.003 * (q.id % 7)
           * extract(epoch FROM at - $5::timestamptz) / 86400 + 0.01 * sin(extract(epoch FROM at) / 96000 + q.id)
           + 0.002 * random()))::bigint AS used) u
       ON CONFLICT DO NOTHING`,
      [instantAt(from), instantAt(Math.min(from + chunk, now)), step, SIZE.capacityBytes, instantAt(now)],
    )
  }
}

/** What each table fills, its indexes included. */
export const bytesOnDisk = (store: Store): Promise<{ table: Filled; bytes: number }[]> =>
  store.query(
    `SELECT parent AS table, sum(pg_total_relation_size(i.inhrelid))::bigint AS bytes
     FROM unnest(ARRAY['storage_samples', 'storage_samples_hourly', 'storage_samples_daily']) AS parent
     JOIN pg_inherits i ON i.inhparent = to_regclass(parent) GROUP BY 1 ORDER BY 1`,
  )
