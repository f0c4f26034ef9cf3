-- How many files the file system below a storage can hold, where their number is fixed. 0 in all = it has no such number;
-- null = never told. What it had stays known while it cannot be asked; how many are free does not.
ALTER TABLE "storages" ADD COLUMN "inodes_total" BIGINT, ADD COLUMN "inodes_free" BIGINT;
