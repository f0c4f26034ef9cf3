-- What is remembered of storages over time. Samples are partitioned by time: created ahead, dropped when they are old,
-- never deleted row by row. Prisma's schema knows none of these tables: it has no partitions, and samples travel in
-- batches of raw SQL.

ALTER TABLE "storages" ADD COLUMN "usable_bytes" BIGINT, ADD COLUMN "metadata_ratio" REAL;

-- latest — one storage as it is followed over time; it outlives the row in "storages", so that a node that was away
-- finds its past again. The last_… columns are what the next sample is compared with.
CREATE TABLE "storage_series" (
    "id" INTEGER GENERATED ALWAYS AS IDENTITY,
    "connection_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "last_at" TIMESTAMPTZ(3),
    "last_used_bytes" BIGINT,
    "last_capacity_bytes" BIGINT,
    "last_path" TEXT,
    "history_at" TIMESTAMPTZ(3),
    "history_unread" JSONB,

    CONSTRAINT "storage_series_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "storage_series_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "storage_series_connection_id_native_id_key" ON "storage_series"("connection_id", "native_id");
-- Rewritten once a minute: room on the page keeps that out of the indexes.
ALTER TABLE "storage_series" SET (fillfactor = 60);

-- log — one a minute at most, kept 48 hours
CREATE TABLE "storage_samples" (
    "used_bytes" BIGINT,
    "capacity_bytes" BIGINT,
    "available_bytes" BIGINT,
    "provisioned_bytes" BIGINT,
    "snapshot_bytes" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "series" INTEGER NOT NULL,
    "metadata_ratio" REAL,

    CONSTRAINT "storage_samples_pkey" PRIMARY KEY ("series", "at")
) PARTITION BY RANGE ("at");

-- log — hours, kept 92 days; samples = 0 is a past the hypervisor told
CREATE TABLE "storage_samples_hourly" (
    "used_bytes" BIGINT,
    "used_max_bytes" BIGINT,
    "capacity_bytes" BIGINT,
    "provisioned_bytes" BIGINT,
    "snapshot_bytes" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "series" INTEGER NOT NULL,
    "metadata_ratio" REAL,
    "samples" SMALLINT NOT NULL,

    CONSTRAINT "storage_samples_hourly_pkey" PRIMARY KEY ("series", "at")
) PARTITION BY RANGE ("at");

-- log — days, kept more than a year
CREATE TABLE "storage_samples_daily" (
    "used_bytes" BIGINT,
    "used_max_bytes" BIGINT,
    "capacity_bytes" BIGINT,
    "provisioned_bytes" BIGINT,
    "snapshot_bytes" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "series" INTEGER NOT NULL,
    "metadata_ratio" REAL,
    "samples" INTEGER NOT NULL,

    CONSTRAINT "storage_samples_daily_pkey" PRIMARY KEY ("series", "at")
) PARTITION BY RANGE ("at");

-- log — what a guest takes on a storage, four times a day, kept nine days
CREATE TABLE "guest_space" (
    "data_bytes" BIGINT,
    "snapshot_bytes" BIGINT,
    "written_bytes" BIGINT,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "series" INTEGER NOT NULL,
    "guest_native_id" TEXT NOT NULL,

    CONSTRAINT "guest_space_pkey" PRIMARY KEY ("series", "at", "guest_native_id")
) PARTITION BY RANGE ("at");

-- latest — what a guest's disks have written in all, its restarts bridged
CREATE TABLE "guest_writes" (
    "connection_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "counter_bytes" BIGINT NOT NULL,
    "total_bytes" BIGINT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_writes_pkey" PRIMARY KEY ("connection_id", "native_id"),
    CONSTRAINT "guest_writes_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- log — what happened to a storage as a whole: grown, moved, replaced, a clock that went back
CREATE TABLE "storage_events" (
    "series" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "storage_events_series_fkey" FOREIGN KEY ("series") REFERENCES "storage_series"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "storage_events_series_at_idx" ON "storage_events"("series", "at");

-- latest — made anew after every roll-up; lists read it instead of the past
CREATE TABLE "storage_forecasts" (
    "series" INTEGER NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "full_at" TIMESTAMPTZ(3),
    "forecast" JSONB NOT NULL,
    "path" JSONB NOT NULL,
    "spark" REAL[] NOT NULL,
    "spark_from" TIMESTAMPTZ(3),

    CONSTRAINT "storage_forecasts_pkey" PRIMARY KEY ("series"),
    CONSTRAINT "storage_forecasts_series_fkey" FOREIGN KEY ("series") REFERENCES "storage_series"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- Makes sure that a partition holds `moment`. It is made beside the table and then attached, which does not stop those
-- who write to it. Widths divide the time since 2001, so that everybody names the same partitions.
CREATE FUNCTION ensure_partition(parent TEXT, width INTERVAL, moment TIMESTAMPTZ) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  lower_bound TIMESTAMPTZ := date_bin(width, moment, TIMESTAMPTZ '2001-01-01 00:00:00+00');
  name TEXT := parent || '_' || to_char(lower_bound AT TIME ZONE 'UTC', 'YYYYMMDDHH24');
BEGIN
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  PERFORM pg_advisory_xact_lock(7266002);
  IF to_regclass(name) IS NOT NULL THEN RETURN; END IF;
  EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent);
  EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)', parent, name, lower_bound, lower_bound + width);
END $$;

-- Drops the partitions that end before `moment`; returns how many. Waits two seconds at most for those who read.
CREATE FUNCTION drop_partitions(parent TEXT, width INTERVAL, moment TIMESTAMPTZ) RETURNS INTEGER LANGUAGE plpgsql
SET timezone TO 'UTC' AS $$
DECLARE
  partition RECORD;
  dropped INTEGER := 0;
BEGIN
  SET LOCAL lock_timeout = '2s';
  FOR partition IN
    SELECT child.relname AS name FROM pg_inherits JOIN pg_class child ON child.oid = inhrelid
    WHERE inhparent = to_regclass(parent)
      AND to_timestamp(right(child.relname, 10), 'YYYYMMDDHH24') + width <= moment
    ORDER BY child.relname
  LOOP
    EXECUTE format('DROP TABLE %I', partition.name);
    dropped := dropped + 1;
  END LOOP;
  RETURN dropped;
END $$;
