-- What was read before "current_unknown" existed kept "nobody tells where it stands" as "on the base disk". Which of the two
-- a row means is known only once its guest is read again, so until then it is not told; the fingerprint that no reading has
-- makes the next reading write the row, whichever release had written it. One that was told "on the base disk" is told so again.
UPDATE "guests" SET "current_unknown" = true, "tree_depth" = NULL, "fingerprint" = 'current-unknown-until-read'
WHERE "current_parent" IS NULL AND NOT "current_unknown"
  AND EXISTS (SELECT 1 FROM "snapshots" WHERE "snapshots"."guest_id" = "guests"."id");
