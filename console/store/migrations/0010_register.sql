-- The site's media register. Each change takes the organisation's next register version, so that a
-- terminal can be told what came after the one it holds.
ALTER TABLE organisations ADD COLUMN register_version BIGINT NOT NULL DEFAULT 0;
-- What terminals hold below it is of a time that this store does not know: they begin anew.
ALTER TABLE organisations ADD COLUMN register_floor BIGINT NOT NULL DEFAULT 0;
CREATE TABLE media (
  organisation_id TEXT NOT NULL,
  medium_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  -- Asked for by columns; the entry itself is `medium`.
  label_number TEXT NOT NULL,
  vendor_id INTEGER NOT NULL,
  product_id INTEGER NOT NULL,
  serial TEXT NOT NULL,
  identity BLOB NOT NULL,
  state INTEGER NOT NULL,
  revision BIGINT NOT NULL,
  medium BLOB NOT NULL,
  PRIMARY KEY (organisation_id, medium_id)
);
CREATE UNIQUE INDEX media_by_revision ON media (organisation_id, revision);
CREATE UNIQUE INDEX media_by_label ON media (organisation_id, label_number)
  WHERE label_number <> '';
CREATE UNIQUE INDEX media_by_serial ON media (organisation_id, serial, vendor_id, product_id)
  WHERE serial <> '';
CREATE INDEX media_in_order ON media (organisation_id, label_number, medium_id);
-- Each entry as it was after each change.
CREATE TABLE media_history (
  organisation_id TEXT NOT NULL,
  medium_id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  method TEXT NOT NULL,
  reason TEXT NOT NULL,
  medium BLOB NOT NULL,
  PRIMARY KEY (organisation_id, medium_id, revision)
);
-- Whom an entry concerned until this version, where that is fewer now: they forget it.
CREATE TABLE media_left (
  organisation_id TEXT NOT NULL,
  revision BIGINT NOT NULL,
  medium_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  -- 1: it concerned everybody (it was lost).
  everywhere INTEGER NOT NULL,
  PRIMARY KEY (organisation_id, revision)
);
