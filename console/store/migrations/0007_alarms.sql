-- How far each way out has told of what happened; delivered_at and failed_at are NULL before the
-- first of either.
CREATE TABLE alarm_channels (
  channel TEXT NOT NULL PRIMARY KEY,
  cursor BIGINT NOT NULL,
  delivered_at BIGINT,
  failed_at BIGINT,
  error TEXT NOT NULL
);
