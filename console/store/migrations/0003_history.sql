-- Both histories are chained (console/history/chain.h). The program fills in what was there before,
-- in this migration's own transaction: SQL has no SHA-256.
ALTER TABLE events ADD COLUMN link BLOB NOT NULL DEFAULT x'';
-- The audit entry that erased personal data from the record; 0 when none did.
ALTER TABLE events ADD COLUMN erased_by BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN link BLOB NOT NULL DEFAULT x'';
-- Where the chains of an organisation end.
CREATE TABLE chain_heads (
  organisation_id TEXT NOT NULL PRIMARY KEY,
  event_cursor BIGINT NOT NULL,
  event_link BLOB NOT NULL,
  events BIGINT NOT NULL,
  audit_id BIGINT NOT NULL,
  audit_link BLOB NOT NULL,
  audits BIGINT NOT NULL
);
