-- Why a cluster refuses every change now, such as one without quorum; reading it goes on.
ALTER TABLE "connection_states" ADD COLUMN "changes_refused" JSONB;

-- Addresses of further servers of a connection, as one that was trusted told them. Sealed like the access beside them:
-- they say where a secret may go.
CREATE TABLE "connection_servers" (
    "connection_id" TEXT NOT NULL,
    "key_id" TEXT NOT NULL,
    "sealed" BYTEA NOT NULL,
    CONSTRAINT "connection_servers_pkey" PRIMARY KEY ("connection_id"),
    CONSTRAINT "connection_servers_connection_id_fkey" FOREIGN KEY ("connection_id")
        REFERENCES "connections"("id") ON DELETE CASCADE ON UPDATE CASCADE
);
