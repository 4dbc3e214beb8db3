-- The workspace: kernels, series, what came of applying, audits, reviews.
-- The comment behind a parenthesis or a column is the schema page's text; see src/store/schema.rs.

-- "ptwd": tells this file from another program's SQLite database.
PRAGMA application_id = 0x70747764;

CREATE TABLE blob ( -- Raw mails, diffs and function sources: compressed, named by content, out of the hot tables.
    id TEXT NOT NULL PRIMARY KEY, -- The id that git gives a blob of these bytes.
    size INTEGER NOT NULL, -- Bytes before compression.
    zlib BLOB NOT NULL -- The bytes, zlib-compressed.
) STRICT, WITHOUT ROWID;

CREATE TABLE text ( -- Strings that recur in audits (paths, functions, predicates), once each.
    id INTEGER PRIMARY KEY, -- The row.
    value TEXT NOT NULL UNIQUE -- The string.
) STRICT;

CREATE TABLE kernel ( -- Kernels registered with `pteward kernel add`.
    name TEXT NOT NULL PRIMARY KEY, -- The name given.
    spec TEXT NOT NULL, -- The source as given: directory, PATH@REV, tarball, package.
    version TEXT NOT NULL, -- Version from the top Makefile.
    commit_id TEXT, -- Commit, where the source is one.
    tree_id TEXT, -- Tree, where the source has one.
    added TEXT NOT NULL -- When it was registered, RFC 3339 in UTC.
) STRICT, WITHOUT ROWID;

CREATE TABLE series ( -- One revision of a posted series.
    id INTEGER PRIMARY KEY, -- The row.
    name TEXT NOT NULL UNIQUE, -- The name it goes by.
    subject TEXT NOT NULL, -- The cover's subject, or the first patch's.
    version INTEGER NOT NULL, -- Revision, from 1.
    rfc INTEGER NOT NULL CHECK (rfc IN (0, 1)), -- Marked RFC?
    total INTEGER NOT NULL, -- How many patches its subjects promise.
    cover TEXT, -- The cover letter's text.
    cover_raw TEXT REFERENCES blob (id), -- The cover letter as read.
    changelog TEXT NOT NULL DEFAULT '[]', -- What changed by revision, as found in the cover letter, as JSON.
    missing TEXT NOT NULL, -- Numbers promised and not found; JSON list.
    base_commit TEXT, -- `base-commit:` as posted.
    change_id TEXT, -- `change-id:` as posted.
    prerequisites TEXT NOT NULL, -- `prerequisite-*:` lines; JSON list of {key, value}.
    notes TEXT NOT NULL, -- Series-wide trouble; JSON list of sentences.
    posted_digest TEXT NOT NULL, -- Digest of the raw messages: equal means the same posting.
    parsed_digest TEXT NOT NULL, -- Digest of what was read from them: differs when pteward reads better.
    imported TEXT NOT NULL -- When it was imported, RFC 3339 in UTC.
) STRICT;

CREATE INDEX series_by_posting ON series (posted_digest);

CREATE TABLE patch ( -- The patches of a series.
    id INTEGER PRIMARY KEY, -- The row.
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE, -- Its series.
    position INTEGER NOT NULL, -- Place among the patches present, from 0.
    number INTEGER NOT NULL, -- Number as posted (5 of 5/8).
    subject TEXT NOT NULL, -- Subject without tags.
    full_subject TEXT NOT NULL, -- Subject as posted.
    message_id TEXT, -- Message-Id, where known.
    author_name TEXT NOT NULL, -- Author's name, may be empty.
    author_email TEXT NOT NULL, -- Author's address.
    date TEXT, -- When it was posted, RFC 3339 in UTC.
    utc_offset_minutes INTEGER NOT NULL, -- Offset from UTC as posted.
    message TEXT NOT NULL, -- Commit message body with trailers.
    changelog TEXT NOT NULL, -- JSON list of {version, text}.
    diffstat TEXT NOT NULL, -- JSON list of {path, changed}.
    problems TEXT NOT NULL, -- What was wrong with diff or mail; JSON list of {line, what}.
    files TEXT NOT NULL REFERENCES blob (id), -- The diff as parsed: JSON list of file diffs.
    raw TEXT NOT NULL REFERENCES blob (id), -- The message as read.
    UNIQUE (series, position)
) STRICT;

CREATE INDEX patch_by_message ON patch (message_id);

CREATE TABLE trailer ( -- `Key: value` lines at the end of commit messages.
    patch INTEGER NOT NULL REFERENCES patch (id) ON DELETE CASCADE, -- Its patch.
    position INTEGER NOT NULL, -- Place in the message, from 0.
    key TEXT NOT NULL, -- `Signed-off-by`, `Fixes`, …
    value TEXT NOT NULL, -- As posted, continuation lines joined.
    PRIMARY KEY (patch, position)
) STRICT, WITHOUT ROWID;

CREATE INDEX trailer_by_key ON trailer (key, value);

CREATE TABLE application ( -- One run of applying a series to a kernel.
    id INTEGER PRIMARY KEY, -- The row.
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE, -- What was applied.
    kernel TEXT NOT NULL, -- On what: a registered name or a source as given.
    kernel_version TEXT NOT NULL, -- Version from the top Makefile.
    made TEXT NOT NULL -- When, RFC 3339 in UTC.
) STRICT;

CREATE INDEX application_by_series ON application (series, kernel);

CREATE TABLE patch_outcome ( -- What came of one patch.
    id INTEGER PRIMARY KEY, -- The row.
    application INTEGER NOT NULL REFERENCES application (id) ON DELETE CASCADE, -- The run.
    position INTEGER NOT NULL, -- Place in the run, from 0.
    number INTEGER NOT NULL, -- The patch's number in its series.
    subject TEXT NOT NULL, -- Its subject without tags.
    verdict TEXT NOT NULL, -- applied, partly, conflict, already-there.
    proof TEXT NOT NULL, -- The weakest of its files: proved, consistent, none.
    UNIQUE (application, position)
) STRICT;

CREATE TABLE file_outcome ( -- What came of one file's part of a patch.
    id INTEGER PRIMARY KEY, -- The row.
    patch_outcome INTEGER NOT NULL REFERENCES patch_outcome (id) ON DELETE CASCADE, -- The patch.
    position INTEGER NOT NULL, -- Place in the diff, from 0.
    path TEXT NOT NULL, -- Path as people call the file.
    old_path TEXT NOT NULL, -- Where the pre-image was read.
    refusal TEXT NOT NULL, -- A refusal or file-level conflict; empty when fine.
    reason TEXT NOT NULL, -- What is known of the file as a whole, such as which blob ids agree; may be empty.
    already_there INTEGER NOT NULL CHECK (already_there IN (0, 1)), -- Is the whole step in the tree already?
    posted_id TEXT, -- Blob id that the patch promises.
    result_id TEXT, -- Blob id of the result.
    proof TEXT NOT NULL, -- proved, consistent, none.
    UNIQUE (patch_outcome, position)
) STRICT;

CREATE TABLE hunk_outcome ( -- What came of one hunk.
    file_outcome INTEGER NOT NULL REFERENCES file_outcome (id) ON DELETE CASCADE, -- The file.
    position INTEGER NOT NULL, -- Place in the file's diff, from 0.
    old_start INTEGER NOT NULL, -- First line of the pre-image as posted.
    function TEXT NOT NULL, -- Function named after the @@.
    grade TEXT NOT NULL, -- exact, offset, fuzz, whitespace, three-way, already-there, conflict.
    new_line INTEGER NOT NULL, -- First line after this patch, from 1; 0 for a conflict.
    offset INTEGER NOT NULL, -- Lines between the posted and the found place.
    fuzz INTEGER NOT NULL, -- Context lines dropped at either end.
    reason TEXT NOT NULL, -- Why, for anything below exact.
    expected TEXT NOT NULL, -- For a conflict, the lines expected; JSON list.
    found TEXT NOT NULL, -- For a conflict, the lines found; JSON list.
    missing_symbols TEXT NOT NULL, -- Symbols that the tree does not have; JSON list.
    PRIMARY KEY (file_outcome, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit ( -- One state of one kernel, audited.
    id INTEGER PRIMARY KEY, -- The row.
    kernel TEXT NOT NULL, -- A registered name or a source as given.
    kernel_version TEXT NOT NULL, -- Version from the top Makefile.
    commit_id TEXT NOT NULL, -- Commit of the base; empty where it has none.
    series INTEGER REFERENCES series (id) ON DELETE CASCADE, -- The series laid over it, if any.
    state INTEGER NOT NULL, -- How many of its patches; 0 is the bare kernel.
    files_read INTEGER NOT NULL, -- Files whose bytes were scanned.
    files_parsed INTEGER NOT NULL, -- Files in which something was parsed.
    made TEXT NOT NULL -- When, RFC 3339 in UTC.
) STRICT;

CREATE UNIQUE INDEX audit_by_key ON audit (kernel, kernel_version, commit_id, ifnull(series, 0), state);

CREATE TABLE predicate ( -- The predicates that an audit found.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    name TEXT NOT NULL, -- The function's or macro's name.
    family TEXT NOT NULL, -- entry, marker, presence.
    accepts TEXT NOT NULL, -- Kinds it may answer yes for; JSON list.
    file TEXT NOT NULL, -- Where it is first defined or declared.
    line INTEGER NOT NULL, -- Line of that, from 1.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE site ( -- Places where a kind is tested, or the test is declared.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    file INTEGER NOT NULL REFERENCES text (id), -- Path, relative to the tree.
    line INTEGER NOT NULL, -- Line, from 1.
    "column" INTEGER NOT NULL, -- Column in bytes, from 1.
    function INTEGER NOT NULL REFERENCES text (id), -- Enclosing function or macro; the empty string at file level.
    predicate INTEGER NOT NULL REFERENCES text (id), -- The predicate's name.
    family INTEGER NOT NULL REFERENCES text (id), -- entry, marker, presence.
    kind INTEGER NOT NULL REFERENCES text (id), -- call, definition, declaration, macro.
    accepts INTEGER NOT NULL REFERENCES text (id), -- Kinds that the predicate accepts; JSON list.
    arms INTEGER NOT NULL REFERENCES text (id), -- The #if arms around it, outermost first; JSON list.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE VIEW site_text AS -- Sites with their strings, for people with a SQL prompt.
SELECT site.audit, file.value AS file, site.line, site."column", function.value AS function,
    predicate.value AS predicate, family.value AS family, kind.value AS kind,
    accepts.value AS accepts, arms.value AS arms
FROM site
JOIN text AS file ON file.id = site.file
JOIN text AS function ON function.id = site.function
JOIN text AS predicate ON predicate.id = site.predicate
JOIN text AS family ON family.id = site.family
JOIN text AS kind ON kind.id = site.kind
JOIN text AS accepts ON accepts.id = site.accepts
JOIN text AS arms ON arms.id = site.arms;

CREATE TABLE walk ( -- Calls of a page walker, with the verdict.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    file TEXT NOT NULL, -- Path, relative to the tree.
    function TEXT NOT NULL, -- Enclosing function.
    line INTEGER NOT NULL, -- Line of the call, from 1.
    first_line INTEGER NOT NULL, -- First line of the function.
    last_line INTEGER NOT NULL, -- Last line of the function.
    walker TEXT NOT NULL, -- The walker called.
    flags TEXT NOT NULL, -- Flags set on the cursor; JSON list.
    cursor TEXT NOT NULL, -- The cursor variable.
    cursor_from TEXT NOT NULL, -- How the cursor comes to be.
    contract TEXT NOT NULL, -- Kinds that the walker may return; JSON list.
    verdict TEXT NOT NULL, -- prepared, unprepared, unknown, not-applicable.
    unhandled TEXT NOT NULL, -- Kinds left over, for unprepared; JSON list.
    wrong_use TEXT, -- The first wrong use: JSON {file, line, text}.
    witness TEXT NOT NULL, -- The path from walk to use; JSON list of {file, line, text}.
    reason TEXT NOT NULL, -- Why the verdict is what it is.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE excerpt ( -- Sources of the functions that hold walks.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    file TEXT NOT NULL, -- Path, relative to the tree.
    function TEXT NOT NULL, -- The function.
    first_line INTEGER NOT NULL, -- Line of the first line, from 1.
    source TEXT NOT NULL REFERENCES blob (id), -- The text.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE blind_spot ( -- What an audit could not see.
    audit INTEGER NOT NULL REFERENCES audit (id) ON DELETE CASCADE, -- The audit.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    file TEXT NOT NULL, -- Path, relative to the tree.
    line INTEGER NOT NULL, -- Line, from 1.
    what TEXT NOT NULL, -- What was not seen: a sentence.
    PRIMARY KEY (audit, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE review ( -- The newest review of a series on a kernel.
    id INTEGER PRIMARY KEY, -- The row.
    series INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE, -- What was reviewed.
    kernel TEXT NOT NULL, -- On what: a registered name or a source as given.
    application INTEGER NOT NULL REFERENCES application (id), -- What came of applying.
    audit_before INTEGER NOT NULL REFERENCES audit (id), -- State 0.
    audit_after INTEGER NOT NULL REFERENCES audit (id), -- State n.
    made TEXT NOT NULL, -- When, RFC 3339 in UTC.
    UNIQUE (series, kernel)
) STRICT;

CREATE TABLE review_change ( -- Sites and walks on the lines that a series changes.
    review INTEGER NOT NULL REFERENCES review (id) ON DELETE CASCADE, -- The review.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    patch INTEGER NOT NULL, -- Number of the patch.
    file TEXT NOT NULL, -- Path, relative to the tree.
    line INTEGER NOT NULL, -- Line, from 1, in the state that side names.
    function TEXT NOT NULL, -- Enclosing function.
    what TEXT NOT NULL, -- site, walk.
    name TEXT NOT NULL, -- The predicate or the walker.
    change TEXT NOT NULL, -- added, removed, touched.
    side TEXT NOT NULL, -- before, after.
    PRIMARY KEY (review, position)
) STRICT, WITHOUT ROWID;
