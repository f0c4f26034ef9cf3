-- What a guest serves, asked by the worker after a rollback.

-- intent — at most one a guest
CREATE TABLE "service_probes" (
    "connection_id" TEXT NOT NULL,
    "guest_mark" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "host" TEXT,
    "port" INTEGER,
    "url" TEXT,
    "expected_status" INTEGER,
    "any_certificate" BOOLEAN,
    "within_millis" BIGINT NOT NULL,
    "set_by" TEXT NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "service_probes_pkey" PRIMARY KEY ("connection_id", "guest_mark"),
    CONSTRAINT "service_probes_connection_id_fkey" FOREIGN KEY ("connection_id") REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
