//! In: what one test program printed, line by line, and how it ended. Out: its tree of tests.
//!
//! Children come before the result of their parent, deeper by `# ` or by blanks. The harness of the kernel's selftests tells
//! the name of a test when it begins, and older ones leave it out of a skipped result.

use super::line::{self, Line};
use super::{Outcome, Test};
use std::collections::HashMap;

/// Tests that are kept of one program; more are counted as missing from the tree.
const MOST_TESTS: usize = 50_000;
/// Characters that are kept of a name or a reason.
const LONGEST: usize = 400;
/// Diagnostics that are kept before a result.
const MOST_NOTES: usize = 6;

/// How a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// With this code; 4 is a skip.
    Exit(i32),
    /// By this signal.
    Signal(i32),
    /// It was stopped after its limit of time.
    Stopped,
    /// Nothing was heard of its end, for this reason.
    Lost(String),
}

/// Tests of one level that are waiting for their parent.
#[derive(Debug, Default)]
struct Level {
    depth: usize,
    plan: Option<u64>,
    /// Results since the plan (or since the version line).
    seen: u64,
    skipped: Option<String>,
    title: Option<String>,
    tests: Vec<Test>,
    names: HashMap<String, usize>,
}

/// Reads TAP 13, TAP 14 and KTAP as kernel selftests print them.
#[derive(Debug, Default)]
pub struct Parser {
    levels: Vec<Level>,
    children: Vec<Test>,
    notes: Vec<String>,
    running: Option<String>,
    torn: Option<String>,
    bailed: Option<String>,
    subtest: Option<String>,
    kept: usize,
    dropped: u64,
}

impl Parser {
    /// Begins.
    pub fn new() -> Self {
        Self::default()
    }

    /// Names the test that a harness has begun and not ended.
    pub fn running(&self) -> Option<&str> {
        self.running.as_deref()
    }

    /// Takes the next line.
    pub fn line(&mut self, line: &str) {
        if let Some(head) = self.torn.take() {
            if line::is_kernel(line) {
                self.torn = Some(head);
                return;
            }
            let joined = head + line;
            return self.whole(&joined);
        }
        if let Some(at) = line::broken_at(line)
            && let (_, Line::Result { .. }) = line::classify(&line[..at])
        {
            self.torn = Some(cut(&line[..at]));
            return;
        }
        self.whole(line);
    }

    fn whole(&mut self, line: &str) {
        let (depth, line) = line::classify(line::without_stamp(line));
        match line {
            Line::Version => {
                let level = self.level(depth);
                if level.plan.is_some() || level.seen > 0 {
                    close_plan(level);
                }
            }
            Line::Plan { count, skip } => {
                let level = self.level(depth);
                close_plan(level);
                level.plan = Some(count);
                level.skipped = skip.map(cut);
            }
            Line::Result {
                ok,
                name,
                word,
                reason,
            } => self.result(depth, ok, (name, &word, reason)),
            Line::BailOut(reason) => self.bailed = Some(cut(reason)),
            Line::Subtest(name) => {
                // KUnit says it at the head of the block itself, TAP 14 before it.
                let head = self
                    .levels
                    .last_mut()
                    .filter(|level| level.depth == depth && level.tests.is_empty());
                match head {
                    Some(level) => level.title = Some(cut(name)),
                    None => self.subtest = Some(cut(name)),
                }
            }
            Line::Run(name) => {
                self.notes.clear();
                self.running = Some(cut(name));
            }
            Line::Other(text) => self.note(text),
        }
    }

    fn note(&mut self, text: &str) {
        let text = text.trim_start_matches(['#', ' ', '\t']);
        // What the harness says of the end of a test is said by its result line again.
        let said = ["OK  ", "FAIL  ", "SKIP  "]
            .iter()
            .any(|word| text.starts_with(word));
        if text.is_empty() || said {
            return;
        }
        if self.notes.len() == MOST_NOTES {
            // The first tells what went wrong, the last how it ended.
            self.notes.remove(1);
        }
        self.notes.push(cut(text));
    }

    /// Gives the level at `depth`; deeper ones close, and what was in them waits for a parent.
    fn level(&mut self, depth: usize) -> &mut Level {
        while self.levels.last().is_some_and(|level| level.depth > depth) {
            self.close();
        }
        if self.levels.last().is_none_or(|level| level.depth < depth) {
            let title = self.subtest.take();
            self.levels.push(Level {
                depth,
                title,
                ..Level::default()
            });
        }
        self.levels
            .last_mut()
            .expect("a level was pushed where there was none")
    }

    /// Closes the deepest level.
    fn close(&mut self) {
        let Some(mut level) = self.levels.pop() else {
            return;
        };
        // Children of a test whose own result never came.
        let orphans = std::mem::take(&mut self.children);
        for orphan in orphans {
            add(&mut level, orphan);
        }
        close_plan(&mut level);
        self.children = level.tests;
    }

    fn result(&mut self, depth: usize, ok: bool, (name, word, reason): (&str, &str, &str)) {
        let notes = std::mem::take(&mut self.notes);
        let running = self.running.take();
        if self.kept >= MOST_TESTS {
            self.dropped += 1;
            return;
        }
        self.kept += 1;
        let deep = self.levels.last().filter(|level| level.depth > depth);
        let title = deep.and_then(|level| level.title.clone());
        self.level(depth);
        let children = std::mem::take(&mut self.children);
        let level = self.level(depth);
        level.seen = level.seen.saturating_add(1);
        let crash = notes
            .iter()
            .find(|note| note.contains("terminated unexpectedly by signal"));
        let outcome = match (word, ok) {
            ("SKIP", _) => Outcome::Skip,
            ("XFAIL", _) | ("TODO", false) => Outcome::Xfail,
            ("XPASS", _) | ("TODO", true) => Outcome::Xpass,
            (_, true) => Outcome::Pass,
            (_, false) if crash.is_some() => Outcome::Crashed,
            (_, false) => Outcome::Fail,
        };
        let why = match outcome {
            Outcome::Fail | Outcome::Crashed if !notes.is_empty() => notes.join("; "),
            Outcome::Fail if word == "TIMEOUT" => ["timeout ", reason].concat(),
            _ => String::new(),
        };
        let reason = match (why.is_empty(), reason.is_empty()) {
            (true, _) => reason.to_owned(),
            (false, true) => why,
            (false, false) => [reason, "; ", &why].concat(),
        };
        let name = [Some(name), running.as_deref(), title.as_deref()]
            .into_iter()
            .flatten()
            .find(|name| !name.is_empty())
            .unwrap_or("unnamed");
        let test = Test {
            name: super::title::steady(&cut(name)),
            outcome,
            reason: cut(&reason),
            children,
        };
        add(level, test);
    }

    /// Ends the program that is called `name`.
    pub fn finish(mut self, name: &str, ending: &Ending) -> Test {
        if let Some(head) = self.torn.take() {
            self.whole(&head);
        }
        let ended = self.ended(ending);
        if let Some(running) = self.running.take() {
            let outcome = match ending {
                Ending::Signal(_) | Ending::Lost(_) => Outcome::Crashed,
                Ending::Exit(_) | Ending::Stopped => Outcome::Missing,
            };
            let depth = self.levels.last().map_or(0, |level| level.depth);
            let reason = if ended.is_empty() {
                "it began and nothing was heard of its end".to_owned()
            } else {
                ended.clone()
            };
            let level = self.level(depth);
            level.seen = level.seen.saturating_add(1);
            add(
                level,
                Test {
                    name: super::title::steady(&running),
                    outcome,
                    reason,
                    children: Vec::new(),
                },
            );
        }
        let skipped = self.levels.iter().find_map(|level| level.skipped.clone());
        while !self.levels.is_empty() {
            self.close();
        }
        let children = std::mem::take(&mut self.children);
        let bad = children.iter().filter(|test| test.outcome.is_bad()).count();
        let all_skipped =
            !children.is_empty() && children.iter().all(|test| test.outcome == Outcome::Skip);
        let last_note = self.notes.last().cloned().unwrap_or_default();
        let (outcome, reason) = match ending {
            Ending::Signal(_) | Ending::Lost(_) => (Outcome::Crashed, ended),
            Ending::Stopped => (Outcome::Fail, ended),
            Ending::Exit(4) => (Outcome::Skip, skipped.unwrap_or(last_note)),
            Ending::Exit(_) if bad > 0 => (
                Outcome::Fail,
                format!("{bad} of {} tests are not well", children.len()),
            ),
            Ending::Exit(0) if self.bailed.is_some() => (Outcome::Fail, ended),
            Ending::Exit(0) if skipped.is_some() || all_skipped => {
                (Outcome::Skip, skipped.unwrap_or_default())
            }
            Ending::Exit(0) => (Outcome::Pass, String::new()),
            Ending::Exit(_) => (
                Outcome::Fail,
                [ended, last_note]
                    .into_iter()
                    .filter(|part| !part.is_empty())
                    .collect::<Vec<_>>()
                    .join("; "),
            ),
        };
        Test {
            name: cut(name),
            outcome,
            reason: cut(&reason),
            children,
        }
    }

    /// Says how the program ended, where that is no good end.
    fn ended(&self, ending: &Ending) -> String {
        let mut parts = Vec::new();
        match ending {
            Ending::Exit(0 | 4) => {}
            Ending::Exit(code) => parts.push(format!("the program ended with {code}")),
            Ending::Signal(signal) => parts.push(format!("the program died of signal {signal}")),
            Ending::Stopped => parts.push("the program was stopped after its time".to_owned()),
            Ending::Lost(why) => parts.push(why.clone()),
        }
        parts.extend(
            self.bailed
                .as_ref()
                .map(|why| format!("it bailed out: {why}")),
        );
        if self.dropped > 0 {
            parts.push(format!("{} results were too many to keep", self.dropped));
        }
        parts.join("; ")
    }
}

/// Adds a test under a name of its own.
fn add(level: &mut Level, mut test: Test) {
    let times = level.names.entry(test.name.clone()).or_insert(0);
    *times += 1;
    if *times > 1 {
        // A name such as `x (2)` may stand there already.
        let mut number = *times;
        let mut name = format!("{} ({number})", test.name);
        while level.names.contains_key(&name) {
            number += 1;
            name = format!("{} ({number})", test.name);
        }
        level.names.insert(test.name.clone(), number);
        level.names.insert(name.clone(), 1);
        test.name = name;
    }
    level.tests.push(test);
}

/// Says what was planned and not seen, as one test: their names are not known.
fn close_plan(level: &mut Level) {
    let seen = std::mem::take(&mut level.seen);
    if let Some(plan) = level.plan.take()
        && plan > seen
    {
        let reason = format!("{} of {plan} planned tests were not seen", plan - seen);
        add(
            level,
            Test {
                name: "planned but not seen".to_owned(),
                outcome: Outcome::Missing,
                reason,
                children: Vec::new(),
            },
        );
    }
}

/// Keeps so much of a text as is kept.
fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => [&text[..at], "…"].concat(),
        None => text.to_owned(),
    }
}
