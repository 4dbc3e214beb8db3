CREATE TABLE boot ( -- A boot of a state's image; of a state and config the newest ones alone are kept, one for each repeat.
    id INTEGER PRIMARY KEY, -- The row.
    kernel TEXT NOT NULL, -- The base: a registered name or a source as given.
    kernel_version TEXT NOT NULL, -- Version from the top Makefile.
    commit_id TEXT NOT NULL, -- Commit of the base; empty where it is none.
    series INTEGER REFERENCES series (id) ON DELETE CASCADE, -- The series over it; null for the bare kernel.
    state INTEGER NOT NULL, -- How many of its patches; 0 is the bare kernel.
    config TEXT NOT NULL, -- Name of the config that the image was built with; empty for an image of the user's own.
    run INTEGER NOT NULL, -- Which of the repeats, from 0.
    suites TEXT NOT NULL, -- The suites that were to run; JSON list.
    outcome TEXT NOT NULL, -- finished, panic, hang, lost, no-boot, timeout.
    reason TEXT NOT NULL, -- Why, where it is not finished.
    accelerator TEXT NOT NULL, -- kvm, tcg.
    seconds REAL NOT NULL, -- How long it took.
    up_seconds REAL, -- How long until the guest's first program; null where it never came.
    console TEXT NOT NULL, -- Path of the console, compressed with gzip, relative to the workspace.
    console_bytes INTEGER NOT NULL, -- Bytes in it, before compression.
    console_cut INTEGER NOT NULL, -- Bytes that came after the limit, and are not in it.
    tail TEXT NOT NULL, -- The last lines; JSON list.
    notes TEXT NOT NULL, -- What the guest could not set; JSON list.
    by_hand TEXT NOT NULL, -- The command that boots the same.
    made TEXT NOT NULL -- When, RFC 3339 in UTC.
) STRICT;

CREATE UNIQUE INDEX boot_key ON boot (kernel, kernel_version, commit_id, ifnull(series, 0), state, config, run);

CREATE TABLE boot_test ( -- A test in a boot.
    boot INTEGER NOT NULL REFERENCES boot (id) ON DELETE CASCADE, -- The boot.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    suite TEXT NOT NULL, -- The suite.
    program TEXT NOT NULL, -- The program that it is in.
    name TEXT NOT NULL, -- Its name; that of the program where that tells of no tests.
    outcome TEXT NOT NULL, -- pass, fail, skip, xfail, xpass, missing, crashed.
    reason TEXT NOT NULL, -- In the test's own words.
    PRIMARY KEY (boot, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE boot_symptom ( -- A complaint of the kernel in a boot, folded by title.
    boot INTEGER NOT NULL REFERENCES boot (id) ON DELETE CASCADE, -- The boot.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    title TEXT NOT NULL, -- What it is, without addresses and numbers.
    function TEXT NOT NULL, -- Where; empty where nothing says so.
    count INTEGER NOT NULL, -- How often.
    stack TEXT NOT NULL, -- Of the first one; JSON list of frames.
    test TEXT NOT NULL, -- Under which test the first one came; empty for none.
    tests TEXT NOT NULL, -- Under which tests any came; JSON list.
    PRIMARY KEY (boot, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE boot_change ( -- What changed from state 0 to the state of a boot, over all repeats of both.
    boot INTEGER NOT NULL REFERENCES boot (id) ON DELETE CASCADE, -- The first boot of the state.
    position INTEGER NOT NULL, -- Place in its list, from 0.
    what TEXT NOT NULL, -- build, boot, test, symptom.
    name TEXT NOT NULL, -- The test's or symptom's name; empty for the others.
    before TEXT NOT NULL, -- Its word in state 0.
    after TEXT NOT NULL, -- Its word now.
    change TEXT NOT NULL, -- regressed, fixed, unchanged, flaky, unknown.
    reason TEXT NOT NULL, -- Why, where the words do not say it.
    PRIMARY KEY (boot, position)
) STRICT, WITHOUT ROWID;
