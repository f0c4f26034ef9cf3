-- Foundation: connections, inventory, change log, audit, accounts.

CREATE TABLE "connections" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "mode" TEXT NOT NULL DEFAULT 'observe',
    "address" JSONB NOT NULL,
    "demo" BOOLEAN NOT NULL DEFAULT false,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_by" TEXT NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connections_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "connection_secrets" (
    "connection_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "connection_secrets_pkey" PRIMARY KEY ("connection_id")
);

CREATE TABLE "connection_states" (
    "connection_id" TEXT NOT NULL,
    "last_attempt_at" TIMESTAMPTZ(3),
    "last_answer_at" TIMESTAMPTZ(3),
    "last_full_at" TIMESTAMPTZ(3),
    "last_thorough_at" TIMESTAMPTZ(3),
    "guests_at" TIMESTAMPTZ(3),
    "storages_at" TIMESTAMPTZ(3),
    "unread" JSONB NOT NULL DEFAULT '[]',
    "next_attempt_at" TIMESTAMPTZ(3),
    "last_error" JSONB,
    "failures" INTEGER NOT NULL DEFAULT 0,
    "version" TEXT,
    "clock_skew_millis" INTEGER,
    "collect_millis" INTEGER,
    "progress" JSONB,

    CONSTRAINT "connection_states_pkey" PRIMARY KEY ("connection_id")
);

CREATE TABLE "connection_leases" (
    "connection_id" TEXT NOT NULL,
    "worker_id" TEXT NOT NULL,
    "epoch" BIGINT NOT NULL DEFAULT 1,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "connection_leases_pkey" PRIMARY KEY ("connection_id")
);

CREATE TABLE "workers" (
    "id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "heartbeat_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "workers_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "collections" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "started_at" TIMESTAMPTZ(3) NOT NULL,
    "finished_at" TIMESTAMPTZ(3) NOT NULL,
    "scope" JSONB NOT NULL,
    "thorough" BOOLEAN NOT NULL,
    "unread" JSONB NOT NULL,
    "guests_read" INTEGER NOT NULL,
    "changes" INTEGER NOT NULL,

    CONSTRAINT "collections_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "collect_requests" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "scope" JSONB NOT NULL,
    "requested_by" TEXT NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "collection_id" TEXT,

    CONSTRAINT "collect_requests_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "questions" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "input" JSONB NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "started_at" TIMESTAMPTZ(3),
    "finished_at" TIMESTAMPTZ(3),
    "answer" JSONB,

    CONSTRAINT "questions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "guests" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "power" TEXT NOT NULL,
    "tags" TEXT[],
    "cpus" INTEGER,
    "memory_bytes" BIGINT,
    "firmware" TEXT NOT NULL,
    "tpm" BOOLEAN NOT NULL,
    "agent" TEXT NOT NULL,
    "managed_save" BOOLEAN,
    "description" TEXT NOT NULL,
    "capabilities" JSONB NOT NULL,
    "findings" JSONB NOT NULL,
    "disks" JSONB,
    "disks_at" TIMESTAMPTZ(3),
    "disks_unread" JSONB,
    "configuration" JSONB,
    "configuration_at" TIMESTAMPTZ(3),
    "configuration_unread" JSONB,
    "snapshots_at" TIMESTAMPTZ(3),
    "snapshots_unread" JSONB,
    "images_unread" JSONB,
    "current_parent" TEXT,
    "snapshot_count" INTEGER,
    "memory_snapshot_count" INTEGER,
    "unmanaged_count" INTEGER,
    "chain_depth" INTEGER,
    "tree_depth" INTEGER,
    "oldest_snapshot_at" TIMESTAMPTZ(3),
    "held_bytes" BIGINT,
    "held_confidence" TEXT NOT NULL DEFAULT 'unknown',
    "storage_names" TEXT[],
    "changed_since_bytes" BIGINT,
    "changed_since_confidence" TEXT NOT NULL DEFAULT 'unknown',
    "changed_since_source" TEXT NOT NULL DEFAULT 'not-told',
    "search_text" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "collected_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "guests_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "snapshots" (
    "id" TEXT NOT NULL,
    "guest_id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "parent" TEXT,
    "parent_missing" TEXT,
    "created_at" TIMESTAMPTZ(3),
    "description" TEXT NOT NULL,
    "memory" TEXT NOT NULL,
    "power_then" TEXT NOT NULL,
    "consistency" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "unmanaged" BOOLEAN NOT NULL,
    "incomplete" BOOLEAN NOT NULL,
    "disks" JSONB NOT NULL,
    "memory_file" JSONB,
    "size_bytes" BIGINT,
    "size_confidence" TEXT NOT NULL,
    "size_source" TEXT NOT NULL,

    CONSTRAINT "snapshots_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "storages" (
    "id" TEXT NOT NULL,
    "connection_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "node" TEXT NOT NULL,
    "type" TEXT NOT NULL,
    "active" BOOLEAN NOT NULL,
    "path" TEXT,
    "capacity_bytes" BIGINT,
    "used_bytes" BIGINT,
    "available_bytes" BIGINT,
    "provisioned_bytes" BIGINT,
    "snapshot_bytes" BIGINT,
    "orphan_count" INTEGER,
    "orphan_bytes" BIGINT,
    "source" TEXT NOT NULL,
    "volumes_at" TIMESTAMPTZ(3),
    "volumes_unread" JSONB,
    "fingerprint" TEXT NOT NULL,
    "collected_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "storages_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "volumes" (
    "id" TEXT NOT NULL,
    "storage_id" TEXT NOT NULL,
    "native_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "path" TEXT,
    "format" TEXT NOT NULL,
    "virtual_bytes" BIGINT,
    "allocated_bytes" BIGINT,
    "backing_file" TEXT,
    "used_by" TEXT[],
    "role" TEXT NOT NULL,

    CONSTRAINT "volumes_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "changes" (
    "seq" BIGSERIAL NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "topic" TEXT NOT NULL,
    "ref" TEXT,

    CONSTRAINT "changes_pkey" PRIMARY KEY ("seq")
);

CREATE TABLE "audit" (
    "id" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "detail" JSONB NOT NULL,
    "address" TEXT,

    CONSTRAINT "audit_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "users" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "email_verified" BOOLEAN NOT NULL DEFAULT false,
    "image" TEXT,
    "role" TEXT NOT NULL DEFAULT 'viewer',
    "language" TEXT,
    "theme" TEXT NOT NULL DEFAULT 'system',
    "density" TEXT NOT NULL DEFAULT 'default',
    "shortcuts" BOOLEAN NOT NULL DEFAULT true,
    "disabled_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "users_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "sessions" (
    "id" TEXT NOT NULL,
    "token" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ip_address" TEXT,
    "user_agent" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "sessions_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "accounts" (
    "id" TEXT NOT NULL,
    "account_id" TEXT NOT NULL,
    "provider_id" TEXT NOT NULL,
    "user_id" TEXT NOT NULL,
    "access_token" TEXT,
    "refresh_token" TEXT,
    "id_token" TEXT,
    "access_token_expires_at" TIMESTAMPTZ(3),
    "refresh_token_expires_at" TIMESTAMPTZ(3),
    "scope" TEXT,
    "password" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "accounts_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "verifications" (
    "id" TEXT NOT NULL,
    "identifier" TEXT NOT NULL,
    "value" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "verifications_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "api_tokens" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "user_id" TEXT,
    "created_by" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3),
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "api_tokens_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "rate_limits" (
    "key" TEXT NOT NULL,
    "count" INTEGER NOT NULL,
    "window_start" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "rate_limits_pkey" PRIMARY KEY ("key")
);

CREATE TABLE "settings" (
    "key" TEXT NOT NULL,
    "value" JSONB NOT NULL,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "settings_pkey" PRIMARY KEY ("key")
);

CREATE UNIQUE INDEX "connections_name_key" ON "connections"("name");
CREATE INDEX "collections_connection_id_finished_at_idx" ON "collections"("connection_id", "finished_at" DESC);
CREATE INDEX "collect_requests_connection_id_finished_at_idx" ON "collect_requests"("connection_id", "finished_at");
CREATE INDEX "questions_connection_id_finished_at_idx" ON "questions"("connection_id", "finished_at");
CREATE UNIQUE INDEX "guests_connection_id_native_id_key" ON "guests"("connection_id", "native_id");
CREATE UNIQUE INDEX "snapshots_guest_id_native_id_key" ON "snapshots"("guest_id", "native_id");
CREATE INDEX "snapshots_created_at_idx" ON "snapshots"("created_at");
CREATE UNIQUE INDEX "storages_connection_id_native_id_key" ON "storages"("connection_id", "native_id");
CREATE UNIQUE INDEX "volumes_storage_id_native_id_key" ON "volumes"("storage_id", "native_id");
CREATE INDEX "changes_at_idx" ON "changes"("at");
CREATE INDEX "audit_at_idx" ON "audit"("at" DESC);
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");
CREATE UNIQUE INDEX "sessions_token_key" ON "sessions"("token");
CREATE INDEX "sessions_user_id_idx" ON "sessions"("user_id");
CREATE INDEX "accounts_user_id_idx" ON "accounts"("user_id");
CREATE INDEX "verifications_identifier_idx" ON "verifications"("identifier");
CREATE UNIQUE INDEX "api_tokens_hash_key" ON "api_tokens"("hash");
CREATE INDEX "api_tokens_user_id_idx" ON "api_tokens"("user_id");

ALTER TABLE "connection_secrets" ADD CONSTRAINT "connection_secrets_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "connection_states" ADD CONSTRAINT "connection_states_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "connection_leases" ADD CONSTRAINT "connection_leases_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "collections" ADD CONSTRAINT "collections_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "collect_requests" ADD CONSTRAINT "collect_requests_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "questions" ADD CONSTRAINT "questions_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "guests" ADD CONSTRAINT "guests_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "snapshots" ADD CONSTRAINT "snapshots_guest_id_fkey" FOREIGN KEY ("guest_id") REFERENCES "guests"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "storages" ADD CONSTRAINT "storages_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "volumes" ADD CONSTRAINT "volumes_storage_id_fkey" FOREIGN KEY ("storage_id") REFERENCES "storages"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "accounts" ADD CONSTRAINT "accounts_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "api_tokens" ADD CONSTRAINT "api_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- The overview counts memory states by age; Prisma's schema has no partial indexes.
CREATE INDEX "snapshots_memory_idx" ON "snapshots"("created_at", "guest_id") WHERE "memory" = 'saved';

-- Lists and filters walk over narrow rows: what only a guest's own page shows lies beside them (TOAST).
ALTER TABLE "guests" SET (toast_tuple_target = 256);
ALTER TABLE "guests"
    ALTER COLUMN "name" SET STORAGE MAIN,
    ALTER COLUMN "node" SET STORAGE MAIN,
    ALTER COLUMN "native_id" SET STORAGE MAIN,
    ALTER COLUMN "tags" SET STORAGE MAIN,
    ALTER COLUMN "storage_names" SET STORAGE MAIN,
    ALTER COLUMN "findings" SET STORAGE MAIN,
    ALTER COLUMN "search_text" SET STORAGE MAIN,
    ALTER COLUMN "fingerprint" SET STORAGE MAIN;

-- Web and worker meet only in the database; these wake the other side at commit, so that nobody polls.
CREATE FUNCTION notify_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('snapwarden_change', '');
  RETURN NULL;
END $$;
CREATE TRIGGER changes_notify AFTER INSERT ON "changes" FOR EACH STATEMENT EXECUTE FUNCTION notify_change();

CREATE FUNCTION notify_work() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('snapwarden_work', TG_TABLE_NAME);
  RETURN NULL;
END $$;
CREATE TRIGGER collect_requests_notify AFTER INSERT ON "collect_requests" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER questions_notify AFTER INSERT ON "questions" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER connection_secrets_notify AFTER INSERT OR UPDATE ON "connection_secrets" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
-- A worker that comes or goes lets the others share anew.
CREATE TRIGGER workers_notify AFTER INSERT OR DELETE ON "workers" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();
CREATE TRIGGER connections_notify AFTER INSERT OR UPDATE OR DELETE ON "connections" FOR EACH STATEMENT EXECUTE FUNCTION notify_work();

-- A log has no update path: rows of the audit log can only be added.
CREATE FUNCTION refuse_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME;
END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON "audit" FOR EACH ROW EXECUTE FUNCTION refuse_rewrite();

