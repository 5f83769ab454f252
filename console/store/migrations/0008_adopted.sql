-- What belongs to a terminal, as its events say: one device a port. A device that was ordered
-- unseen is not in it before the terminal has seen it.
CREATE TABLE adopted_devices (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  port_path TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  serial TEXT NOT NULL,
  device BLOB NOT NULL,
  PRIMARY KEY (terminal_id, port_path)
);
