-- The large part of what audits remember, which most changes leave as it is: written once for many trees.

CREATE TABLE lasting ( -- What headers say and walkers may return, for the next audit alone. Safe to empty: everything is read again.
    id TEXT PRIMARY KEY, -- Digest of the content.
    content BLOB NOT NULL -- JSON of audit::Lasting, compressed.
) STRICT, WITHOUT ROWID;

ALTER TABLE fact ADD COLUMN lasting TEXT NOT NULL DEFAULT ''; -- The id in `lasting`.
