-- What the register says of a device that was seen: by its identity too.
CREATE INDEX media_by_identity ON media (organisation_id, identity) WHERE identity <> x'';
