-- What is plugged in where, as far as the terminals' events say: one device a port.
CREATE TABLE present_devices (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  port_path TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  serial TEXT NOT NULL,
  -- vendor:product:serial of what should be the only one of its kind; empty for the rest.
  sole_key TEXT NOT NULL,
  -- Bit 0: it types, bit 1: it points.
  input INTEGER NOT NULL,
  device BLOB NOT NULL,
  verdict BLOB NOT NULL,
  -- 1: from before the agent started last, which has not said yet that it still is there.
  stale INTEGER NOT NULL,
  -- 1: that it is elsewhere too was told.
  told INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, port_path)
);
CREATE INDEX present_devices_by_key ON present_devices (organisation_id, sole_key)
  WHERE sole_key <> '';
CREATE INDEX present_inputs ON present_devices (organisation_id, terminal_id) WHERE input <> 0;
-- The newest verdict on each, with who was there and the terminal's clock; empty, NULL: none since
-- this was kept.
ALTER TABLE reported_devices ADD COLUMN verdict BLOB NOT NULL DEFAULT x'';
ALTER TABLE reported_devices ADD COLUMN person BLOB NOT NULL DEFAULT x'';
ALTER TABLE reported_devices ADD COLUMN judged_at BIGINT;
