-- Answers of bisections, by what the tree holds: a search that was killed goes on with them.

CREATE TABLE answer ( -- What a probe said of a tree. Safe to empty: it is asked again.
    tree TEXT NOT NULL, -- Digest of every path with what stands there: equal for equal trees, in whatever series or commit.
    config TEXT NOT NULL, -- What the answer depends on beside the tree: config and its digest, the guest, the version of the analysis.
    probe TEXT NOT NULL, -- The question: build, boot, audit:FUNCTION, test:NAME, symptom:TITLE, cmd:COMMAND.
    answer TEXT NOT NULL, -- good, bad, skip.
    reason TEXT NOT NULL, -- What was seen.
    seconds REAL NOT NULL, -- How long it took to ask.
    made TEXT NOT NULL, -- When, RFC 3339 in UTC.
    PRIMARY KEY (tree, config, probe)
) STRICT, WITHOUT ROWID;
