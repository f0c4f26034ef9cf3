-- The guests list opens by name: its first rows come from here instead of sorting all guests.
CREATE INDEX "guests_by_name_idx" ON "guests"(lower("name"), "id");
