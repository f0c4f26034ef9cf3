-- What Proxmox VE tells of a guest beyond the common facts, and what our credentials might do when most was seen.
ALTER TABLE "guests"
  ADD COLUMN "lock" TEXT,
  ADD COLUMN "template" BOOLEAN NOT NULL DEFAULT false,
  ADD COLUMN "ha" BOOLEAN,
  ADD COLUMN "replicated" BOOLEAN,
  ADD COLUMN "protected" BOOLEAN,
  ADD COLUMN "birth_mark" TEXT,
  ADD COLUMN "last_backup" JSONB,
  ADD COLUMN "tasks" JSONB;

ALTER TABLE "connection_states" ADD COLUMN "rights" JSONB;
