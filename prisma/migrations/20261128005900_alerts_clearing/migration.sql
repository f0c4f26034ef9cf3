-- A firing alert whose figure is back behind the line of its level, waiting whether that lasts: what it would become
-- ({"to": severity or null, "since": instant}). Whoever tells of it, or acts on it, must know.
ALTER TABLE "alerts" ADD COLUMN "clearing" JSONB;
UPDATE "alerts" a SET "clearing" = nullif(t."state" -> 'clearing', 'null'::jsonb)
FROM "alert_states" t WHERE t."alert_id" = a."id" AND a."resolved_at" IS NULL;
