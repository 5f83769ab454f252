-- What hardware the terminal's identity was made on: SHA-256, empty until its agent says so.
ALTER TABLE terminals ADD COLUMN hardware BLOB NOT NULL DEFAULT x'';
-- Two machines have, or had, its identity; until it is enrolled anew.
ALTER TABLE terminals ADD COLUMN duplicated INTEGER NOT NULL DEFAULT 0;
-- For a new installation of a machine that is known.
CREATE INDEX terminals_by_serial ON terminals (organisation_id, hardware_serial);
