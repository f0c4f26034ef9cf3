-- Alerts: rules, where each stands on each subject, what fired, who has it, silences; and where notices go.

-- intent — what is watched; the shipped rules are put in by the worker
CREATE TABLE "alert_rules" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "levels" JSONB NOT NULL,
    "hold_millis" BIGINT NOT NULL,
    "clear_hold_millis" BIGINT NOT NULL,
    "scope" JSONB NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "shipped" BOOLEAN NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "changed_by" TEXT NOT NULL,
    "changed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "alert_rules_pkey" PRIMARY KEY ("id")
);

-- log — one firing of one rule on one subject. No relation to the subject: what fired is remembered after it is gone.
CREATE TABLE "alerts" (
    "id" TEXT NOT NULL,
    "rule_id" TEXT NOT NULL,
    "rule_name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_of" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "subject_name" TEXT NOT NULL,
    "connection_id" TEXT,
    "where_name" TEXT NOT NULL,
    "severity" TEXT NOT NULL,
    "worst_severity" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "fired_at" TIMESTAMPTZ(3) NOT NULL,
    "resolved_at" TIMESTAMPTZ(3),
    "value" DOUBLE PRECISION NOT NULL,
    "value_at" TIMESTAMPTZ(3) NOT NULL,
    "stale" BOOLEAN NOT NULL DEFAULT false,
    "acknowledged" JSONB,
    "assignee" TEXT,
    "under_id" TEXT,

    CONSTRAINT "alerts_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "alerts_open_idx" ON "alerts"("fired_at") WHERE "resolved_at" IS NULL;
CREATE INDEX "alerts_resolved_at_idx" ON "alerts"("resolved_at" DESC) WHERE "resolved_at" IS NOT NULL;
CREATE INDEX "alerts_subject_idx" ON "alerts"("subject_of", "subject_id");

-- latest — where a rule stands on a subject; what is ok has no row
CREATE TABLE "alert_states" (
    "rule_id" TEXT NOT NULL,
    "subject_of" TEXT NOT NULL,
    "subject_id" TEXT NOT NULL,
    "state" JSONB NOT NULL,
    "alert_id" TEXT,

    CONSTRAINT "alert_states_pkey" PRIMARY KEY ("rule_id", "subject_of", "subject_id"),
    CONSTRAINT "alert_states_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- log — what happened to an alert, people's comments among it
CREATE TABLE "alert_events" (
    "id" BIGINT GENERATED ALWAYS AS IDENTITY,
    "alert_id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "severity" TEXT,
    "by" TEXT,
    "text" TEXT NOT NULL DEFAULT '',

    CONSTRAINT "alert_events_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "alert_events_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE INDEX "alert_events_alert_id_idx" ON "alert_events"("alert_id", "id");

-- intent — a time in which notices about something are not sent
CREATE TABLE "silences" (
    "id" TEXT NOT NULL,
    "scope" JSONB NOT NULL,
    "from_at" TIMESTAMPTZ(3) NOT NULL,
    "until_at" TIMESTAMPTZ(3) NOT NULL,
    "reason" TEXT NOT NULL,
    "created_by" TEXT NOT NULL,

    CONSTRAINT "silences_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "silences_until_at_idx" ON "silences"("until_at");

-- intent — where notices go
CREATE TABLE "channels" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "route" JSONB NOT NULL,
    "language" TEXT NOT NULL,
    "enabled" BOOLEAN NOT NULL,
    "quiet_hours" JSONB,
    "repeat_millis" BIGINT,
    "escalate_after_millis" BIGINT,
    "group_millis" BIGINT NOT NULL,
    "any_address" BOOLEAN NOT NULL DEFAULT false,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "channels_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "channels_name_key" ON "channels"("name");

-- intent — sealed keys and passwords of a channel (AES-256-GCM, the channel id as additional data)
CREATE TABLE "channel_secrets" (
    "channel_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,

    CONSTRAINT "channel_secrets_pkey" PRIMARY KEY ("channel_id"),
    CONSTRAINT "channel_secrets_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- log — the outbox: a notice that is due is written with the decision that made it due, and sent from here
CREATE TABLE "deliveries" (
    "id" TEXT NOT NULL,
    "channel_id" TEXT NOT NULL,
    "notice_key" TEXT NOT NULL,
    "notice" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "tries" INTEGER NOT NULL DEFAULT 0,
    "next_try_at" TIMESTAMPTZ(3),
    "claimed_until" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),
    "receipt" JSONB,
    "last_error" JSONB,

    CONSTRAINT "deliveries_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "deliveries_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX "deliveries_notice_key_key" ON "deliveries"("notice_key");
CREATE INDEX "deliveries_due_idx" ON "deliveries"("next_try_at") WHERE "state" = 'waiting';
CREATE INDEX "deliveries_created_at_idx" ON "deliveries"("created_at" DESC);

-- latest — what a channel was last told of an alert
CREATE TABLE "notify_logs" (
    "channel_id" TEXT NOT NULL,
    "alert_id" TEXT NOT NULL,
    "last_at" TIMESTAMPTZ(3) NOT NULL,
    "last_severity" TEXT NOT NULL,
    "resolved_sent" BOOLEAN NOT NULL DEFAULT false,
    "told" INTEGER NOT NULL DEFAULT 1,

    CONSTRAINT "notify_logs_pkey" PRIMARY KEY ("channel_id", "alert_id"),
    CONSTRAINT "notify_logs_channel_id_fkey" FOREIGN KEY ("channel_id") REFERENCES "channels"("id") ON DELETE CASCADE ON UPDATE CASCADE,
    CONSTRAINT "notify_logs_alert_id_fkey" FOREIGN KEY ("alert_id") REFERENCES "alerts"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- latest — what a guest is for, as people said; without a row it is proposed from tags
CREATE TABLE "guest_environments" (
    "connection_id" TEXT NOT NULL,
    "guest_mark" TEXT NOT NULL,
    "environment" TEXT NOT NULL,
    "owner" TEXT,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guest_environments_pkey" PRIMARY KEY ("connection_id", "guest_mark"),
    CONSTRAINT "guest_environments_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);

-- When the hypervisor's lock on a guest was first seen.
ALTER TABLE "guests" ADD COLUMN "locked_since" TIMESTAMPTZ(3);
