/** A large inventory for measurements, made by the database itself: seconds for 10,000 guests and 100,000 snapshots. */
import { FEATURES } from '@/lib/domain/capability'
import type { GuestId } from '@/lib/domain/ids'
import { asId } from '@/lib/domain/ids'
import type { Db } from '@/lib/store/client'

export type BigInventory = {
  guests: number
  snapshots: number
  connections: number
  /** a guest with `largeTree` snapshots in one chain, part of the numbers above */
  largeTree: number
}

export const BIG_INVENTORY: BigInventory = { guests: 10_000, snapshots: 100_000, connections: 20, largeTree: 1_000 }

/** Id of the guest with the large tree. */
export const LARGE_TREE_GUEST = asId<GuestId>('bench-guest-1')

/**
 * Fills an empty database. Every connection answered a moment ago. Rows have the weight of real ones: disks with
 * their chains, capabilities with reasons, a configuration; a tenth of the figures is unknown.
 */
export async function fillBigInventory(db: Db, size: BigInventory = BIG_INVENTORY): Promise<void> {
  const { guests, snapshots, connections, largeTree } = size
  const perGuest = Math.floor((snapshots - largeTree) / Math.max(1, guests - 1))
  const rest = snapshots - largeTree - perGuest * (guests - 1)
  await db.query(
    `INSERT INTO connections (id, name, kind, address, created_by)
     SELECT 'bench-connection-' || n, 'bench-kvm-' || lpad(n::text, 3, '0'), 'libvirt',
       '{"kind": "libvirt", "uri": "qemu+ssh://bench/system", "cleartextAccepted": false}', 'bench'
     FROM generate_series(1, $1) AS n`,
    [connections],
  )
  await db.query(
    `INSERT INTO connection_states (connection_id, last_attempt_at, last_answer_at, last_full_at, guests_at, storages_at,
       version, collect_millis)
     SELECT 'bench-connection-' || n, now(), now(), now(), now(), now(), '11.3.0', 840
     FROM generate_series(1, $1) AS n`,
    [connections],
  )
  await db.query(GUESTS, [guests, connections, capabilities, perGuest, rest, largeTree])
  await db.query(SNAPSHOTS, [guests, connections, perGuest, rest, largeTree])
  await db.query(STORAGES, [connections])
  await db.query(VOLUMES, [guests, connections])
  for (const table of ['connections', 'connection_states', 'guests', 'snapshots', 'storages', 'volumes']) {
    await db.query(`ANALYZE ${table}`)
  }
}

const capabilities = JSON.stringify(
  Object.fromEntries(
    FEATURES.map((feature, index) => [
      feature,
      index % 3 === 0
        ? { ok: false, why: { code: 'unsupported', feature, because: { cause: 'raw-disk', disk: 'vda' } } }
        : { ok: true },
    ]),
  ),
)

/** How many snapshots the n-th guest has. */
const COUNT_OF = (n: string, perGuest: string, rest: string, large: string): string =>
  `CASE WHEN ${n} = 1 THEN ${large}::int WHEN ${n} <= ${rest}::int + 1 THEN ${perGuest}::int + 1 ELSE ${perGuest}::int END`

const GUESTS = `INSERT INTO guests (id, connection_id, native_id, name, node, kind, power, tags, cpus, memory_bytes,
    firmware, tpm, agent, managed_save, description, capabilities, findings, disks, disks_at, configuration,
    configuration_at, snapshots_at, current_parent, snapshot_count, memory_snapshot_count, unmanaged_count, chain_depth,
    tree_depth, oldest_snapshot_at, held_bytes, held_confidence, storage_names, changed_since_bytes,
    changed_since_confidence, changed_since_source, search_text, fingerprint, collected_at)
  SELECT 'bench-guest-' || n, 'bench-connection-' || 1 + n % $2::int, 'uuid-' || n, name, node, 'vm',
    (ARRAY['running', 'running', 'running', 'stopped', 'paused'])[1 + n % 5], ARRAY['prod', 'team-' || n % 12], 4,
    8589934592, 'uefi', n % 4 = 0, 'connected', false, 'Made for measurements, number ' || n, $3::jsonb,
    CASE WHEN n % 25 = 0 THEN '[{"finding": "mixed-chain"}]'::jsonb ELSE '[]' END,
    (SELECT jsonb_agg(jsonb_build_object('target', 'vd' || chr(96 + disk), 'device', 'disk', 'readOnly', false,
        'shareable', false, 'format', 'qcow2', 'virtualBytes', 42949672960, 'chain',
        (SELECT jsonb_agg(jsonb_build_object('file', '/var/lib/libvirt/images/' || name || '.' || image || '.qcow2',
          'format', 'qcow2', 'allocatedBytes', 1073741824, 'virtualBytes', 42949672960, 'madeBySnapshot', null,
          'unexplained', false)) FROM generate_series(0, n % 6) AS image))) FROM generate_series(1, 2) AS disk),
    now(),
    (SELECT jsonb_object_agg('setting ' || entry, 'value ' || entry || ' of ' || n) FROM generate_series(1, 20) AS entry),
    now(), now(), CASE WHEN count > 0 THEN 'snapshot-' || count END, CASE WHEN n % 10 <> 9 OR n = 1 THEN count END,
    CASE WHEN n % 10 <> 9 OR n = 1 THEN count / 5 END, CASE WHEN n % 10 <> 9 OR n = 1 THEN (n % 40 = 0)::int END,
    CASE WHEN n % 10 <> 8 THEN n % 6 END, count, now() - (n % 1000) * interval '1 hour' - interval '1 day',
    CASE WHEN n % 10 <> 7 THEN n::bigint * 7340032 END, CASE WHEN n % 10 <> 7 THEN 'at-least' ELSE 'unknown' END,
    ARRAY['images-' || 1 + n % $2::int], 268435456, 'exact', 'overlay-allocation-live',
    lower(name || E'\\n' || node || E'\\nuuid-' || n || E'\\nprod\\nteam-' || n % 12), 'bench', now()
  FROM (SELECT n, (ARRAY['web', 'db', 'mail', 'build', 'cache'])[1 + n % 5] || '-' || lpad(n::text, 5, '0') AS name,
      'kvm-' || 1 + n % $2::int AS node, ${COUNT_OF('n', '$4', '$5', '$6')} AS count
    FROM generate_series(1, $1::int) AS n) AS guest`

const SNAPSHOTS = `INSERT INTO snapshots (id, guest_id, connection_id, native_id, name, parent, created_at, description,
    memory, power_then, consistency, kind, unmanaged, incomplete, disks, memory_file, size_bytes, size_confidence,
    size_source)
  SELECT 'bench-snapshot-' || n || '-' || place, 'bench-guest-' || n, 'bench-connection-' || 1 + n % $2::int,
    'snapshot-' || place, 'before update ' || place, CASE WHEN place > 1 THEN 'snapshot-' || place - 1 END,
    now() - (n % 1000) * interval '1 hour' - interval '1 day' + place * interval '1 minute', '',
    CASE WHEN place % 5 = 0 THEN 'saved' ELSE 'none' END, 'running', 'crash', 'external', false, false,
    jsonb_build_array(jsonb_build_object('name', 'vda', 'mode', 'external', 'file',
      '/var/lib/libvirt/images/' || n || '.' || place || '.qcow2', 'bytes', 1073741824)),
    CASE WHEN place % 5 = 0 THEN jsonb_build_object('file', '/var/lib/libvirt/save/' || n || '.' || place, 'bytes',
      2147483648) END,
    1073741824, 'exact', 'overlay-allocation'
  FROM (SELECT n, ${COUNT_OF('n', '$3', '$4', '$5')} AS count FROM generate_series(1, $1::int) AS n) AS guest,
    LATERAL generate_series(1, guest.count) AS place`

const STORAGES = `INSERT INTO storages (id, connection_id, native_id, name, node, type, active, path, capacity_bytes,
    used_bytes, available_bytes, provisioned_bytes, snapshot_bytes, orphan_count, orphan_bytes, source, volumes_at,
    fingerprint, collected_at)
  SELECT 'bench-storage-' || n, 'bench-connection-' || n, 'images', 'images-' || n, 'kvm-' || n, 'dir', true,
    '/var/lib/libvirt/images', 10995116277760, 5497558138880 + n * 200000000000, 5497558138880 - n * 200000000000,
    21990232555520, 2199023255552, n % 3, (n % 3)::bigint * 1073741824, 'libvirt-pool', now(), 'bench', now()
  FROM generate_series(1, $1::int) AS n`

const VOLUMES = `INSERT INTO volumes (id, storage_id, native_id, name, path, format, virtual_bytes, allocated_bytes,
    backing_file, used_by, role)
  SELECT 'bench-volume-' || n || '-' || image, 'bench-storage-' || 1 + n % $2::int, n || '.' || image || '.qcow2',
    n || '.' || image || '.qcow2', '/var/lib/libvirt/images/' || n || '.' || image || '.qcow2', 'qcow2', 42949672960,
    1073741824, null, ARRAY['uuid-' || n], CASE WHEN image = 0 THEN 'disk' ELSE 'overlay' END
  FROM generate_series(1, $1::int) AS n, generate_series(0, 3) AS image`
