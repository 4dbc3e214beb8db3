-- The handling matrix of an audit, what covers uses, findings known again, and what an audit remembers of its tree.

ALTER TABLE audit ADD COLUMN kinds TEXT NOT NULL DEFAULT '[]'; -- The kinds, in the tree's order; JSON list.

CREATE TABLE handling ( -- How functions that tell kinds of entries apart handle each kind.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    file TEXT NOT NULL, -- Path, relative to the tree.
    function TEXT NOT NULL, -- The function.
    line INTEGER NOT NULL, -- Line of its head, from 1.
    entry TEXT NOT NULL, -- The names that the entry has there.
    cells TEXT NOT NULL, -- A cell for each kind; JSON list of {kind, how, lines, by}.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE fact ( -- What an audit found out about a tree, so that the next one reads only what has changed. Safe to empty.
    id INTEGER PRIMARY KEY, -- The row; the newest is the highest.
    source TEXT NOT NULL, -- Where the tree is: a folder or a repository.
    analyser TEXT NOT NULL, -- Digest of the code that found it out; other code's facts are not believed.
    digest TEXT NOT NULL, -- Digest of the snapshot.
    snapshot BLOB NOT NULL, -- What tells later which files have changed: a git tree, or each file's size, times and inode.
    memory BLOB NOT NULL, -- The facts, by file; JSON, zlib-compressed.
    UNIQUE (source, digest)
) STRICT;

ALTER TABLE walk ADD COLUMN guards TEXT NOT NULL DEFAULT '[]'; -- What covers the uses, for prepared; JSON list of {file, line, text, predicate, kinds}.
ALTER TABLE walk ADD COLUMN fingerprint TEXT NOT NULL DEFAULT ''; -- What the finding is known by, wherever its lines move: 16 hex digits.
ALTER TABLE blind_spot ADD COLUMN sort TEXT NOT NULL DEFAULT 'not-followed'; -- parse, macro, indirect, not-followed, arms, address, outside.

-- What is said of huge entries is one JSON value: what it has learned to say since is empty in older ones.
UPDATE walk SET pmd = json_set(pmd, '$.guards', json('[]'), '$.fingerprint', '') WHERE pmd IS NOT NULL;
