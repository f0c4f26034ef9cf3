-- A volume that reads through an image, or may, of which nobody can tell which: without this a null backing_file would read
-- as "through none". The next thorough reading of a host says which of the two it is.
ALTER TABLE "volumes" ADD COLUMN "backing_unread" BOOLEAN NOT NULL DEFAULT false;
