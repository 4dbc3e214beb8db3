//! In: nothing. Out: the shapes of what an audit finds. Owned text only; no syntax nodes leave a room.

use crate::vocabulary::Family;
use serde::{Deserialize, Serialize};

/// What a mention of a predicate is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SiteKind {
    /// It is called (or, for an object-like mention, used as a value) in a function.
    Call,
    /// Its body stands here, or the macro of that name is defined here.
    Definition,
    /// Its prototype stands here.
    Declaration,
    /// It is called in the body of another macro.
    Macro,
}

impl SiteKind {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Definition => "definition",
            Self::Declaration => "declaration",
            Self::Macro => "macro",
        }
    }
}

/// One place where a kind is tested, or the test is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site {
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column in bytes, from 1: tells two calls on one line apart.
    pub column: u32,
    /// Enclosing function, or enclosing macro where kind is `macro`; empty at file level.
    pub function: String,
    /// The predicate's name.
    pub predicate: String,
    /// Its family.
    pub family: Family,
    /// What the mention is.
    pub kind: SiteKind,
    /// The kinds that the predicate accepts; empty where not known.
    pub accepts: Vec<String>,
    /// The `#if` arms around it, outermost first: `CONFIG_X`, `!CONFIG_Y`.
    pub arms: Vec<String>,
}

/// What the audit says of one walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Every use is behind a guard.
    Prepared,
    /// Some path reaches a use with a kind that it is wrong for.
    Unprepared,
    /// Cannot be told, for the reason given.
    Unknown,
    /// No entry is looked at.
    NotApplicable,
}

impl Verdict {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Prepared => "prepared",
            Self::Unprepared => "unprepared",
            Self::Unknown => "unknown",
            Self::NotApplicable => "not-applicable",
        }
    }
}

/// A line of source, quoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The line's text, trimmed.
    pub text: String,
}

/// A use that is right for some kinds only.
pub type Use = Line;

/// One call of a walker.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Walk {
    /// Path, relative to the tree.
    pub file: String,
    /// Enclosing function.
    pub function: String,
    /// Line of the call, from 1.
    pub line: u32,
    /// First and last line of the enclosing function, for the excerpt.
    pub span: (u32, u32),
    /// The walker called.
    pub walker: String,
    /// Flags set on the cursor in this function, as written, sorted; `?` stands for flags a caller sets.
    pub flags: Vec<String>,
    /// The cursor variable.
    pub cursor: String,
    /// How the cursor comes to be: `DEFINE_FOLIO_VMA_WALK`, `struct`, `parameter`.
    pub cursor_from: String,
    /// Kinds that the walker may return; empty while contracts are not inferred.
    pub contract: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Kinds left over, for unprepared.
    pub unhandled: Vec<String>,
    /// The first wrong use, for unprepared.
    #[serde(rename = "use")]
    pub used: Option<Use>,
    /// The path from the walk to the use.
    pub witness: Vec<Line>,
    /// Why the verdict is what it is.
    pub reason: String,
    /// What covers the uses, for prepared.
    pub guards: Vec<Guard>,
    /// What the finding is known by, wherever its lines move: 16 hex digits.
    pub fingerprint: String,
    /// The same question for entries of huge pages, where such come back and the function looks at them.
    pub pmd: Option<Huge>,
}

impl Walk {
    /// Gives the worse of the verdicts for both levels.
    pub fn worst(&self) -> Verdict {
        self.told().0
    }

    /// Gives verdict, kinds left over and reason of the level that is worse off: where one word stands for the walk,
    /// `prepared` must hold for huge entries too.
    pub fn told(&self) -> (Verdict, &[String], &str) {
        let weight = |verdict| match verdict {
            Verdict::Prepared | Verdict::NotApplicable => 0,
            Verdict::Unknown => 1,
            Verdict::Unprepared => 2,
        };
        match &self.pmd {
            Some(huge) if weight(huge.verdict) > weight(self.verdict) => {
                (huge.verdict, &huge.unhandled, &huge.reason)
            }
            _ => (self.verdict, &self.unhandled, &self.reason),
        }
    }
}

/// What is said of a walk for entries of huge pages (`pmd_t`), apart from the verdict on single pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Huge {
    /// Kinds that the walker may return.
    pub contract: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// Kinds left over, for unprepared.
    pub unhandled: Vec<String>,
    /// The first wrong use, for unprepared.
    #[serde(rename = "use")]
    pub used: Option<Use>,
    /// The path from the walk to the use.
    pub witness: Vec<Line>,
    /// Why the verdict is what it is.
    pub reason: String,
    /// What covers the uses, for prepared.
    pub guards: Vec<Guard>,
    /// What the finding is known by, wherever its lines move: 16 hex digits.
    pub fingerprint: String,
}

/// A condition that keeps kinds from uses that are wrong for them, or flags of the walk that keep them from the caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// The line's text, trimmed.
    pub text: String,
    /// What is asked: the functions called, the names read, or the walk's flags.
    pub predicate: String,
    /// The kinds that it turns away.
    pub kinds: Vec<String>,
}

/// Why something was not seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlindSort {
    /// The C grammar does not understand it.
    Parse,
    /// A macro is not looked through.
    Macro,
    /// It is not known whom a call through a pointer calls.
    Indirect,
    /// A function is not followed, or not far enough.
    NotFollowed,
    /// The arms of an `#if` contradict each other.
    Arms,
    /// A name is used without a call: its address may be taken.
    Address,
    /// It stands outside a function.
    Outside,
}

impl BlindSort {
    /// Gives the word of the wire format.
    pub fn word(self) -> &'static str {
        match self {
            Self::Parse => "parse",
            Self::Macro => "macro",
            Self::Indirect => "indirect",
            Self::NotFollowed => "not-followed",
            Self::Arms => "arms",
            Self::Address => "address",
            Self::Outside => "outside",
        }
    }
}

/// Something the audit could not see.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BlindSpot {
    /// Path, relative to the tree.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Why it was not seen.
    pub sort: BlindSort,
    /// What was not seen: a sentence.
    pub what: String,
}

/// A function's source, kept so that a report needs no tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Excerpt {
    /// Path, relative to the tree.
    pub file: String,
    /// The function.
    pub function: String,
    /// Line of the first line, from 1.
    pub first_line: u32,
    /// The text, invalid UTF-8 replaced.
    pub text: String,
}

impl Audit {
    /// Gives the handling matrix by itself.
    pub fn matrix(&self) -> super::Matrix {
        super::Matrix {
            kinds: self.kinds.clone(),
            rows: self.matrix.clone(),
            predicates: self.predicates.clone(),
        }
    }
}

/// All that an audit of one state found. Lists are sorted by file and line.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audit {
    /// The predicates found, by name.
    pub predicates: Vec<crate::vocabulary::Predicate>,
    /// Every site.
    pub sites: Vec<Site>,
    /// Every walk.
    pub walks: Vec<Walk>,
    /// The text of every function that holds a walk.
    pub excerpts: Vec<Excerpt>,
    /// What could not be seen.
    pub blind: Vec<BlindSpot>,
    /// The kinds, in the tree's order; empty where only some files were audited.
    pub kinds: Vec<String>,
    /// How each function that tells kinds apart handles them, by file and line; empty where only some files were audited.
    pub matrix: Vec<super::MatrixRow>,
    /// Files read, and files parsed in part.
    pub files_read: u64,
    /// Files in which something was parsed.
    pub files_parsed: u64,
}
