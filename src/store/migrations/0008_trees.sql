-- What a stored build or boot was of, so that a state is compared with state 0 only while that is still what was tested.

ALTER TABLE build ADD COLUMN tree TEXT NOT NULL DEFAULT ''; -- Digest of every path with what stands there; empty where an older pteward wrote the row.
ALTER TABLE boot ADD COLUMN tree TEXT NOT NULL DEFAULT ''; -- Digest of every path with what stands there; empty where an older pteward wrote the row.
