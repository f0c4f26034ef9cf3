-- Automatic clean-up: off until an administrator allows it for a connection or a storage, within limits.

-- intent — what Snapwarden may delete by itself at an emergency. storage_id null = every storage of the connection
CREATE TABLE "clean_up_policies" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "storage_id" TEXT,
    "enabled" BOOLEAN NOT NULL,
    "max_snapshots" INTEGER NOT NULL,
    "max_peak_bytes" BIGINT NOT NULL,
    "busy_hours" JSONB,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "clean_up_policies_pkey" PRIMARY KEY ("id")
);
-- intent — the last attempt on a storage: claimed before anything is planned, so that two workers never both begin
CREATE TABLE "clean_up_runs" (
    "storage_id" TEXT NOT NULL,
    "alert_id" TEXT NOT NULL,
    "policy_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "outcome" TEXT NOT NULL,
    "plan_id" TEXT,
    "snapshots" INTEGER NOT NULL DEFAULT 0,
    "announced_at" TIMESTAMPTZ(3),

    CONSTRAINT "clean_up_runs_pkey" PRIMARY KEY ("storage_id")
);

CREATE INDEX "clean_up_policies_connection_id_idx" ON "clean_up_policies"("connection_id");
ALTER TABLE "clean_up_policies" ADD CONSTRAINT "clean_up_policies_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "clean_up_policies" ADD CONSTRAINT "clean_up_policies_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "clean_up_runs" ADD CONSTRAINT "clean_up_runs_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "clean_up_runs" ADD CONSTRAINT "clean_up_runs_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- One policy a scope; Prisma's schema knows no index on an expression.
CREATE UNIQUE INDEX "clean_up_policies_one_a_scope" ON "clean_up_policies"("connection_id", coalesce("storage_id", ''));
