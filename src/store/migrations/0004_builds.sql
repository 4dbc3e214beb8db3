CREATE TABLE build ( -- The newest build of a state with a config.
    id INTEGER PRIMARY KEY, -- The row.
    kernel TEXT NOT NULL, -- The base: a registered name or a source as given.
    kernel_version TEXT NOT NULL, -- Version from the top Makefile.
    commit_id TEXT NOT NULL, -- Commit of the base; empty where it is none.
    series INTEGER REFERENCES series (id) ON DELETE CASCADE, -- The series over it; null for the bare kernel.
    state INTEGER NOT NULL, -- How many of its patches; 0 is the bare kernel.
    config TEXT NOT NULL, -- Name of the config.
    whole INTEGER NOT NULL, -- Was an image asked for? Else only the objects that a series affects.
    outcome TEXT NOT NULL, -- built, failed, refused, timeout, limit, lost.
    reason TEXT NOT NULL, -- Why, where it is not built.
    seconds REAL NOT NULL, -- How long it took.
    objects INTEGER NOT NULL, -- Objects made.
    touched INTEGER NOT NULL, -- Source files written or removed before.
    sandboxed INTEGER NOT NULL, -- Was there a sandbox around it?
    image TEXT, -- Path of the image; null where there is none.
    image_id TEXT, -- Id of the image's bytes, as git has it.
    log TEXT NOT NULL REFERENCES blob (id), -- What make and its children said.
    refused TEXT NOT NULL, -- Options not as asked; JSON list of {option, wanted, got, optional}.
    made TEXT NOT NULL -- When, RFC 3339 in UTC.
) STRICT;

CREATE UNIQUE INDEX build_key ON build (kernel, kernel_version, commit_id, ifnull(series, 0), state, config, whole);

CREATE TABLE build_message ( -- Errors and warnings of a build.
    build INTEGER NOT NULL REFERENCES build (id) ON DELETE CASCADE, -- The build.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    severity TEXT NOT NULL, -- error, warning.
    file TEXT NOT NULL, -- Path, relative to the tree; empty where none is named.
    line INTEGER NOT NULL, -- Line, from 1; 0 where none is named.
    column INTEGER NOT NULL, -- Column, from 1; 0 where none is named.
    flag TEXT NOT NULL, -- The compiler's option, or the program that speaks.
    text TEXT NOT NULL, -- What it says.
    new INTEGER, -- Is it new against state 0? Null where that was not built.
    PRIMARY KEY (build, position)
) STRICT, WITHOUT ROWID;
