-- Types are those PostgreSQL has too, except BLOB (there BYTEA). Times: milliseconds since 1970.
-- Every row has its organisation; group_path is the materialised path of its group ("/a/b/"), so
-- that a scope is a prefix.
CREATE TABLE organisations (
  organisation_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  console_address TEXT NOT NULL,
  highest_reported_bundle BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE groups (
  organisation_id TEXT NOT NULL,
  group_id TEXT NOT NULL PRIMARY KEY,
  parent_id TEXT NOT NULL,
  name TEXT NOT NULL,
  path TEXT NOT NULL,
  UNIQUE (organisation_id, parent_id, name)
);
CREATE TABLE operators (
  organisation_id TEXT NOT NULL,
  name TEXT NOT NULL,
  role INTEGER NOT NULL,
  group_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  totp_secret BLOB NOT NULL,
  last_totp_step BIGINT NOT NULL,
  disabled INTEGER NOT NULL,
  robot INTEGER NOT NULL,
  expires_at BIGINT,
  PRIMARY KEY (organisation_id, name)
);
CREATE TABLE sessions (
  token_hash BLOB NOT NULL PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  operator_name TEXT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_operator ON sessions (organisation_id, operator_name);
CREATE TABLE terminals (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL PRIMARY KEY,
  group_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  name TEXT NOT NULL,
  state INTEGER NOT NULL,
  report_public_key BLOB NOT NULL,
  hostname TEXT NOT NULL,
  hardware_serial TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  enrolment BIGINT NOT NULL,
  enrolled_at BIGINT,
  revoked_at BIGINT,
  last_status_at BIGINT,
  last_status BLOB NOT NULL,
  silent INTEGER NOT NULL DEFAULT 0,
  -- An alteration; gaps are in chain_gaps.
  altered INTEGER NOT NULL DEFAULT 0,
  -- The newest record of the terminal's history.
  head_boot_id TEXT NOT NULL DEFAULT '',
  head_sequence BIGINT NOT NULL DEFAULT 0,
  head_hash BLOB NOT NULL,
  UNIQUE (organisation_id, name)
);
CREATE TABLE enrolment_tokens (
  organisation_id TEXT NOT NULL,
  token_id TEXT NOT NULL PRIMARY KEY,
  secret_hash BLOB NOT NULL,
  group_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  terminal_name TEXT NOT NULL,
  uses_left BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  revoked INTEGER NOT NULL
);
-- cursor: assigned by the one writer. In PostgreSQL BIGINT PRIMARY KEY; here INTEGER, so that it
-- is the row id and costs no second index.
CREATE TABLE events (
  cursor INTEGER NOT NULL PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  received_at BIGINT NOT NULL,
  record_hash BLOB NOT NULL,
  record BLOB NOT NULL,
  UNIQUE (terminal_id, boot_id, sequence)
);
-- Other bytes under a key that was taken: evidence, kept beside the first.
CREATE TABLE disputed_records (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  record_hash BLOB NOT NULL,
  received_at BIGINT NOT NULL,
  record BLOB NOT NULL,
  PRIMARY KEY (terminal_id, boot_id, sequence, record_hash)
);
-- Sequences that never came, or came later: explained once a SPOOL_EVICTED event covers them.
CREATE TABLE chain_gaps (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  boot_id TEXT NOT NULL,
  first_sequence BIGINT NOT NULL,
  last_sequence BIGINT NOT NULL,
  noticed_at BIGINT NOT NULL,
  explained INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, boot_id, first_sequence)
);
-- Which devices a terminal has reported, newest report of each.
CREATE TABLE reported_devices (
  organisation_id TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  fingerprint BLOB NOT NULL,
  serial TEXT NOT NULL,
  device BLOB NOT NULL,
  reported_at BIGINT NOT NULL,
  PRIMARY KEY (terminal_id, fingerprint, serial)
);
CREATE TABLE requests (
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  terminal_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  device BLOB NOT NULL,
  verdict BLOB NOT NULL,
  person BLOB NOT NULL,
  reason TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  grant_id TEXT NOT NULL,
  denied INTEGER NOT NULL,
  PRIMARY KEY (terminal_id, reference)
);
CREATE INDEX requests_by_reference ON requests (organisation_id, reference);
CREATE INDEX requests_by_time ON requests (organisation_id, received_at);
CREATE TABLE grants (
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  grant_id TEXT NOT NULL PRIMARY KEY,
  terminal_id TEXT NOT NULL,
  claims BLOB NOT NULL,
  sealed BLOB NOT NULL,
  revocation BLOB NOT NULL,
  state INTEGER NOT NULL,
  device BLOB NOT NULL,
  seconds BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  -- When it is over by the console's clock; 0 while it awaits approval.
  expires_at BIGINT NOT NULL,
  opened_at BIGINT,
  ended_at BIGINT,
  cause TEXT NOT NULL
);
CREATE INDEX grants_by_terminal ON grants (terminal_id, expires_at);
CREATE INDEX grants_by_time ON grants (organisation_id, created_at);
CREATE TABLE policies (
  organisation_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  group_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  published_at BIGINT NOT NULL,
  published_by TEXT NOT NULL,
  comment TEXT NOT NULL,
  yaml TEXT NOT NULL,
  policy BLOB NOT NULL,
  content_of_version BIGINT NOT NULL,
  PRIMARY KEY (organisation_id, version)
);
CREATE TABLE bundles (
  organisation_id TEXT NOT NULL,
  version BIGINT NOT NULL,
  group_path TEXT NOT NULL,
  sealed BLOB NOT NULL,
  PRIMARY KEY (organisation_id, version, group_path)
);
CREATE TABLE audit (
  audit_id INTEGER NOT NULL PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  group_path TEXT NOT NULL,
  at BIGINT NOT NULL,
  actor TEXT NOT NULL,
  method TEXT NOT NULL,
  target TEXT NOT NULL,
  detail TEXT NOT NULL
);
