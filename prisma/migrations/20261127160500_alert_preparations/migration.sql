-- Clean-ups prepared for emergencies. A plan waits here for a person's consent; nothing is deleted by itself.

-- log — one an alert; without a plan nothing could be prepared then, and it is tried again
CREATE TABLE "alert_preparations" (
    "alert_id" TEXT NOT NULL,
    "plan_id" TEXT,
    "prepared_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_preparations_pkey" PRIMARY KEY ("alert_id"),
    CONSTRAINT "alert_preparations_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "alert_preparations_plan_id_fkey" FOREIGN KEY ("plan_id") REFERENCES "plans"("id") ON DELETE SET NULL ON UPDATE CASCADE
);
