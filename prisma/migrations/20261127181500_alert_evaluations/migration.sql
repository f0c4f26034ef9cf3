-- Evaluations of alerts are numbered: a worker remembers what the last one left, and reads it again only after another
-- worker's.

-- latest — one row, locked by whoever evaluates; the number grows with every evaluation that changed something
CREATE TABLE "alert_evaluations" (
    "id" BOOLEAN NOT NULL DEFAULT true,
    "number" BIGINT NOT NULL,

    CONSTRAINT "alert_evaluations_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_evaluations_one" CHECK ("id")
);
INSERT INTO "alert_evaluations" ("number") VALUES (0);

-- Read at every evaluation, because people acknowledge between two of them. Prisma's schema has no partial indexes.
CREATE INDEX "alerts_acknowledged_idx" ON "alerts"("id") WHERE "acknowledged" IS NOT NULL AND "resolved_at" IS NULL;
CREATE INDEX "notify_logs_owed_idx" ON "notify_logs"("alert_id") WHERE NOT "resolved_sent";
