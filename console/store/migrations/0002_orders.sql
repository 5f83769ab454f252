-- What the office wants to be so on one terminal from now on. A version is used once, also when its
-- order is cancelled.
CREATE TABLE orders (
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  -- The terminal's installation that it is bound to.
  enrolment BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  -- Of an order about the mode; else 0.
  mode INTEGER NOT NULL,
  state INTEGER NOT NULL,
  -- The Order is its payload.
  sealed BLOB NOT NULL,
  device BLOB NOT NULL,
  created_at BIGINT NOT NULL,
  sent_at BIGINT,
  ended_at BIGINT,
  -- The boot in which it was applied.
  boot_id TEXT NOT NULL,
  cause TEXT NOT NULL,
  PRIMARY KEY (terminal_id, version)
);
CREATE INDEX orders_waiting ON orders (terminal_id, version) WHERE state = 1;
CREATE INDEX orders_by_time ON orders (organisation_id, created_at);
-- The newest order that a Status has shown; it stays when the terminal is enrolled anew.
ALTER TABLE terminals ADD COLUMN order_version BIGINT NOT NULL DEFAULT 0;
-- Orders are above it: raised when the console is restored from a backup.
ALTER TABLE organisations ADD COLUMN order_floor BIGINT NOT NULL DEFAULT 0;
-- Answered by an order that adopts the device.
ALTER TABLE requests ADD COLUMN adopted INTEGER NOT NULL DEFAULT 0;
-- What observing terminals would refuse: one row a device and terminal, until the device is allowed
-- there, adopted, or refused in earnest.
CREATE TABLE would_be_blocked (
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  serial TEXT NOT NULL,
  device BLOB NOT NULL,
  verdict BLOB NOT NULL,
  times BIGINT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  PRIMARY KEY (terminal_id, fingerprint, serial)
);
CREATE INDEX would_be_blocked_by_device ON would_be_blocked (organisation_id, fingerprint, serial);
