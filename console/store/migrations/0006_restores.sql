-- Restores from a backup: what happened between the two times is not in this store.
CREATE TABLE restores (
  restore_id INTEGER NOT NULL PRIMARY KEY,
  organisation_id TEXT NOT NULL,
  backed_up_at BIGINT NOT NULL,
  restored_at BIGINT NOT NULL,
  -- By how much the numbers leapt that must never name two things.
  leap BIGINT NOT NULL
);
-- 0: its history joins on to what is stored. 1: not heard since the restore. 2: what it lost is
-- noted, and its next record may follow what is not there.
ALTER TABLE terminals ADD COLUMN after_restore INTEGER NOT NULL DEFAULT 0;
