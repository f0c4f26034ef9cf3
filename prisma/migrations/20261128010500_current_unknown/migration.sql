-- Snapshots are listed and the hypervisor does not tell on which of them, if any, the current state stands. Without this a
-- null current_parent would read as "on the base disk". The next reading of a guest says which of the two it is.
ALTER TABLE "guests" ADD COLUMN "current_unknown" BOOLEAN NOT NULL DEFAULT false;
