-- When the certificate a server last showed ends, so that a page can warn before it does.
ALTER TABLE "connection_states" ADD COLUMN "certificate_valid_to" TIMESTAMPTZ(3);
