-- Operations: plans, their consent, their execution step by step, holds, notes on snapshots, what merges taught;
-- and an audit log in which every entry seals the one before.

CREATE TABLE "plans" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "body" JSONB NOT NULL,
    "digest" TEXT,
    "guest_ids" TEXT[],
    "proposer" TEXT NOT NULL,
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "valid_until" TIMESTAMPTZ(3),

    CONSTRAINT "plans_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "plan_confirmations" (
    "plan_id" TEXT NOT NULL,
    "operation_id" TEXT NOT NULL,
    "confirmed_by" TEXT NOT NULL,
    "confirmed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "plan_confirmations_pkey" PRIMARY KEY ("plan_id")
);

CREATE TABLE "operations" (
    "id" TEXT NOT NULL,
    "plan_id" TEXT NOT NULL,
    "parent_id" TEXT,
    "place" INTEGER NOT NULL DEFAULT 0,
    "kind" TEXT NOT NULL,
    "intent" JSONB NOT NULL,
    "on_failure" TEXT NOT NULL DEFAULT 'continue',
    "connection_id" TEXT,
    "guest_id" TEXT,
    "guest_native_id" TEXT,
    "guest_name" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'queued',
    "predicted" JSONB,
    "actual" JSONB,
    "predicted_matches" BOOLEAN,
    "space_predicted" JSONB NOT NULL DEFAULT '[]',
    "space_actual" JSONB NOT NULL DEFAULT '[]',
    "attention" JSONB,
    "why" JSONB,
    "verifications" JSONB NOT NULL DEFAULT '[]',
    "actor" JSONB NOT NULL,
    "asked_by" TEXT NOT NULL,
    "proposed_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "cancel_requested_by" TEXT,
    "cancel_requested_at" TIMESTAMPTZ(3),

    CONSTRAINT "operations_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "operation_steps" (
    "operation_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "key" TEXT NOT NULL,
    "step" JSONB NOT NULL,
    "storages" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "epoch" BIGINT,
    "task" JSONB,
    "asked_at" TIMESTAMPTZ(3),
    "asked_times" INTEGER NOT NULL DEFAULT 0,
    "finished_at" TIMESTAMPTZ(3),
    "progress" JSONB,
    "why" JSONB,
    "warnings" JSONB NOT NULL DEFAULT '[]',

    CONSTRAINT "operation_steps_pkey" PRIMARY KEY ("operation_id", "place")
);

CREATE TABLE "operation_events" (
    "operation_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "data" JSONB NOT NULL,

    CONSTRAINT "operation_events_pkey" PRIMARY KEY ("operation_id", "seq")
);

CREATE TABLE "storage_slots" (
    "storage_id" TEXT NOT NULL,
    "place" INTEGER NOT NULL,
    "operation_id" TEXT NOT NULL,
    "taken_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "storage_slots_pkey" PRIMARY KEY ("storage_id", "place")
);

CREATE TABLE "holds" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "guest_mark" TEXT NOT NULL,
    "guest_id" TEXT NOT NULL,
    "guest_name" TEXT NOT NULL,
    "snapshot_native_id" TEXT NOT NULL,
    "snapshot_name" TEXT NOT NULL,
    "snapshot_created_at" TIMESTAMPTZ(3),
    "note" TEXT NOT NULL,
    "placed_by" TEXT NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "released_by" TEXT,
    "released_at" TIMESTAMPTZ(3),
    "lost_at" TIMESTAMPTZ(3),

    CONSTRAINT "holds_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "snapshot_notes" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "guest_mark" TEXT NOT NULL,
    "snapshot_name" TEXT NOT NULL,
    "operation_id" TEXT,
    "role" TEXT NOT NULL,
    "owner" TEXT,
    "purpose" TEXT,
    "expires_at" TIMESTAMPTZ(3),
    "expires_after_millis" BIGINT,
    "written_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "snapshot_notes_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "merge_measurements" (
    "id" TEXT NOT NULL,
    "storage_id" TEXT NOT NULL,
    "operation_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "moved_bytes" BIGINT NOT NULL,
    "took_millis" BIGINT NOT NULL,
    "peak_bytes" BIGINT,
    "freed_bytes" BIGINT,

    CONSTRAINT "merge_measurements_pkey" PRIMARY KEY ("id")
);

CREATE INDEX "plans_made_at_idx" ON "plans"("made_at");
CREATE UNIQUE INDEX "plan_confirmations_operation_id_key" ON "plan_confirmations"("operation_id");
CREATE INDEX "operations_created_at_idx" ON "operations"("created_at" DESC);
CREATE INDEX "operations_guest_id_idx" ON "operations"("guest_id");
CREATE INDEX "operations_parent_id_idx" ON "operations"("parent_id");
CREATE INDEX "operations_plan_id_idx" ON "operations"("plan_id");
CREATE UNIQUE INDEX "operation_steps_operation_id_key_key" ON "operation_steps"("operation_id", "key");
CREATE INDEX "storage_slots_operation_id_idx" ON "storage_slots"("operation_id");
CREATE INDEX "holds_connection_id_guest_mark_idx" ON "holds"("connection_id", "guest_mark");
CREATE UNIQUE INDEX "snapshot_notes_connection_id_guest_mark_snapshot_name_key" ON "snapshot_notes"("connection_id", "guest_mark", "snapshot_name");
CREATE INDEX "merge_measurements_storage_id_at_idx" ON "merge_measurements"("storage_id", "at" DESC);

ALTER TABLE "plan_confirmations" ADD CONSTRAINT "plan_confirmations_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "operations" ADD CONSTRAINT "operations_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
ALTER TABLE "operations" ADD CONSTRAINT "operations_parent_id_fkey" FOREIGN KEY ("parent_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "operation_steps" ADD CONSTRAINT "operation_steps_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "operation_events" ADD CONSTRAINT "operation_events_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "storage_slots" ADD CONSTRAINT "storage_slots_operation_id_fkey" FOREIGN KEY ("operation_id") REFERENCES "operations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "holds" ADD CONSTRAINT "holds_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "snapshot_notes" ADD CONSTRAINT "snapshot_notes_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "merge_measurements" ADD CONSTRAINT "merge_measurements_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storages"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- One operation at a time on a guest, whatever any worker believes; Prisma's schema has no partial indexes.
CREATE UNIQUE INDEX "operations_one_running_on_a_guest" ON "operations"("connection_id", "guest_native_id") WHERE "state" = 'running';
-- Workers look for what is left to do, some hundred times an hour, among all that ever was done.
CREATE INDEX "operations_open_idx" ON "operations"("connection_id", "created_at") WHERE "state" IN ('queued', 'running');
-- One hold at a time on a snapshot.
CREATE UNIQUE INDEX "holds_in_force_key" ON "holds"("connection_id", "guest_mark", "snapshot_native_id") WHERE "released_at" IS NULL AND "lost_at" IS NULL;

-- A plan is immutable, and what an operation told is a log.
CREATE TRIGGER plans_immutable BEFORE UPDATE ON "plans" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER plan_confirmations_immutable BEFORE UPDATE ON "plan_confirmations" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();
CREATE TRIGGER operation_events_append_only BEFORE UPDATE ON "operation_events" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

-- Workers are woken by a new operation, by a wish to cancel one, and by a storage that is free again.
CREATE TRIGGER operations_notify AFTER INSERT OR UPDATE OF "cancel_requested_at" ON "operations" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER storage_slots_notify AFTER DELETE ON "storage_slots" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();

-- The audit log as a chain: each entry's hash covers its own text and the hash before it, so that a changed, removed
-- or inserted entry shows. `record` is the exact text that was hashed; anybody can check it with SHA-256 alone.
ALTER TABLE "audit" ADD COLUMN "seq" BIGINT;
ALTER TABLE "audit" ADD COLUMN "record" TEXT;
ALTER TABLE "audit" ADD COLUMN "previous" TEXT;
ALTER TABLE "audit" ADD COLUMN "hash" TEXT;

CREATE FUNCTION audit_record(entry "audit") RETURNS text LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_array(entry.seq, entry.id,
    to_char(entry.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    entry.actor, entry.action, entry.subject, entry.detail, entry.address)::text
$$;

CREATE FUNCTION audit_hash(previous text, record text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
  SELECT encode(sha256(convert_to(previous || E'\n' || record, 'UTF8')), 'hex')
$$;

ALTER TABLE "audit" DISABLE TRIGGER audit_append_only;
DO $$
DECLARE
  entry "audit";
  before text := '';
  place bigint := 0;
BEGIN
  FOR entry IN SELECT * FROM "audit" ORDER BY at, id LOOP
    place := place + 1;
    entry.seq := place;
    entry.record := audit_record(entry);
    entry.previous := before;
    before := audit_hash(entry.previous, entry.record);
    UPDATE "audit" SET seq = entry.seq, record = entry.record, previous = entry.previous, hash = before WHERE id = entry.id;
  END LOOP;
END $$;
ALTER TABLE "audit" ENABLE TRIGGER audit_append_only;

ALTER TABLE "audit" ALTER COLUMN "seq" SET NOT NULL;
ALTER TABLE "audit" ALTER COLUMN "record" SET NOT NULL;
ALTER TABLE "audit" ALTER COLUMN "previous" SET NOT NULL;
ALTER TABLE "audit" ALTER COLUMN "hash" SET NOT NULL;
CREATE UNIQUE INDEX "audit_seq_key" ON "audit"("seq");

-- Entries follow one another: the lock is that of the change log, which every writer of an entry takes anyway.
CREATE FUNCTION chain_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  last record;
BEGIN
  PERFORM pg_advisory_xact_lock(7266001);
  SELECT seq, hash INTO last FROM "audit" ORDER BY seq DESC LIMIT 1;
  NEW.seq := coalesce(last.seq, 0) + 1;
  NEW.record := audit_record(NEW);
  NEW.previous := coalesce(last.hash, '');
  NEW.hash := audit_hash(NEW.previous, NEW.record);
  RETURN NEW;
END $$;
CREATE TRIGGER audit_chained BEFORE INSERT ON "audit" FOR EACH ROW EXECUTE FUNCTION chain_audit();
