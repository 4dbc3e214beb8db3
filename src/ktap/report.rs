//! In: a console line. Out: whether a report of an ill kernel begins with it, and what it says of itself.

use super::frame::frame;
use super::title::{function, without_numbers};

/// The first line of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// What it is called; the function is added where it is known.
    pub(super) title: String,
    /// The function, where the line names it.
    pub(super) function: Option<String>,
    /// Does the kernel say more of the same thing under another head (`kernel BUG at` and its `Oops:`)?
    pub(super) leads: bool,
    /// Is it such a second head?
    pub(super) follows: bool,
}

impl Head {
    fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            function: None,
            leads: false,
            follows: false,
        }
    }

    fn of(title: impl Into<String>, named: Option<String>) -> Self {
        Self {
            function: named,
            ..Self::new(title)
        }
    }
}

/// What lockdep and RCU complain of behind `WARNING: `.
const LOCKING: [&str; 9] = [
    "possible circular locking",
    "possible recursive locking",
    "possible irq lock inversion",
    "inconsistent lock state",
    "bad unlock balance",
    "held lock freed",
    "suspicious RCU usage",
    "lock held when returning",
    "Nested lock was not taken",
];

/// Reads a head.
pub(super) fn head(line: &str) -> Option<Head> {
    warning(line)
        .or_else(|| sanitizer(line))
        .or_else(|| stall(line))
        .or_else(|| page(line))
        .or_else(|| oops(line))
}

/// The function of the first frame in a text.
fn named(text: &str) -> Option<String> {
    text.split_whitespace()
        .find_map(frame)
        .map(|frame| function(&frame.function).to_owned())
}

fn warning(line: &str) -> Option<Head> {
    let text = line.strip_prefix("WARNING: ")?;
    if let Some(what) = LOCKING.iter().find(|what| text.starts_with(**what)) {
        return Some(Head::new(format!("lockdep: {what}")));
    }
    // `WARNING: CPU: 1 PID: 9 at mm/a.c:7 f+0x1/0x2`, and since 6.19 `WARNING: mm/a.c:7 at f+0x1/0x2, CPU#1: …`.
    let by_place = text
        .split(' ')
        .next()
        .is_some_and(|word| word.contains(".c:") || word.contains(".h:"));
    if !(text.starts_with("CPU: ") || by_place) {
        return None;
    }
    Some(Head::of("WARNING", named(text)))
}

fn sanitizer(line: &str) -> Option<Head> {
    if let Some(text) = line.strip_prefix("UBSAN: ") {
        // `UBSAN: shift-out-of-bounds in mm/a.c:7:3`: the place by its file, for lines move.
        let (what, place) = text.split_once(" in ").unwrap_or((text, ""));
        let file = place.split(':').next().unwrap_or("");
        return Some(Head::new(without_numbers(&format!(
            "UBSAN: {what} in {file}"
        ))));
    }
    let text = line.strip_prefix("BUG: ")?;
    let tool = ["KASAN", "KCSAN", "KMSAN", "KFENCE"]
        .into_iter()
        .find(|tool| text.starts_with(*tool))?;
    let what = text[tool.len()..].trim_start_matches([':', ' ']);
    let what = what.split_once(" in ").map_or(what, |(what, _)| what);
    Some(Head::of(
        format!("{tool}: {}", without_numbers(what)),
        named(text),
    ))
}

fn stall(line: &str) -> Option<Head> {
    let text = line.strip_prefix("rcu: ").unwrap_or(line);
    if let Some(info) = text.strip_prefix("INFO: ") {
        if info.starts_with("rcu_") && info.contains("stall") {
            return Some(Head::new("RCU stall"));
        }
        if info.starts_with("task ") && info.contains(" blocked for more than ") {
            return Some(Head::new("hung task"));
        }
        return None;
    }
    let text = line.strip_prefix("watchdog: ").unwrap_or(line);
    if text.starts_with("BUG: soft lockup") {
        return Some(Head::new("soft lockup"));
    }
    if text.starts_with("BUG: workqueue lockup") {
        return Some(Head::new("workqueue lockup"));
    }
    text.to_ascii_lowercase()
        .contains("hard lockup on cpu")
        .then(|| Head::new("hard lockup"))
}

fn page(line: &str) -> Option<Head> {
    if let Some(why) = line.strip_prefix("page dumped because: ") {
        return Some(Head::new(format!("page dumped because: {}", why.trim())));
    }
    let bad = line.strip_prefix("BUG: Bad ")?;
    let what = bad.split(" in process ").next().unwrap_or(bad);
    // Of `rss-counter state mm:… type:MM_ANONPAGES val:1 …` the type says something, the numbers do not.
    let kind = bad
        .split_whitespace()
        .find_map(|word| word.strip_prefix("type:"));
    let what = what.split(" mm:").next().unwrap_or(what);
    let kind = kind.map(|kind| format!(" ({kind})")).unwrap_or_default();
    Some(Head::new(format!(
        "BUG: Bad {}{kind}",
        without_numbers(what)
    )))
}

fn oops(line: &str) -> Option<Head> {
    if let Some(why) = line.strip_prefix("Kernel panic - not syncing: ") {
        return Some(Head::new(format!("Kernel panic: {}", without_numbers(why))));
    }
    if let Some(place) = line.strip_prefix("kernel BUG at ") {
        let file = place.split(':').next().unwrap_or(place);
        return Some(Head {
            leads: true,
            ..Head::new(format!("kernel BUG at {file}"))
        });
    }
    if let Some(rest) = line.strip_prefix("Oops: ") {
        return Some(Head {
            follows: true,
            ..Head::new(format!("Oops: {}", oops_kind(rest)))
        });
    }
    let faults = [
        "BUG: unable to handle",
        "BUG: kernel NULL pointer dereference",
        "BUG: sleeping function called from invalid context",
        "BUG: scheduling while atomic",
        "BUG: spinlock",
        "BUG: stack guard page was hit",
        "BUG: TASK stack guard page was hit",
    ];
    if faults.iter().any(|fault| line.starts_with(fault)) {
        let title = line.split(", address").next().unwrap_or(line);
        let title = title.split(" for address").next().unwrap_or(title);
        let title = title
            .split(" at ")
            .next()
            .unwrap_or(title)
            .split(": hmm")
            .next()
            .unwrap_or(title);
        return Some(Head {
            leads: true,
            ..Head::new(without_numbers(title))
        });
    }
    [
        "general protection fault",
        "divide error:",
        "stack segment:",
        "int3:",
    ]
    .into_iter()
    .find(|fault| line.starts_with(fault))
    .map(|fault| Head {
        leads: true,
        ..Head::new(fault.trim_end_matches(':'))
    })
}

/// `invalid opcode: 0000 [#1] PREEMPT SMP` → `invalid opcode`.
fn oops_kind(rest: &str) -> String {
    let kind = rest.split([',', '[']).next().unwrap_or(rest);
    let words: Vec<&str> = kind
        .split_whitespace()
        .filter(|word| !word.bytes().all(|b| b.is_ascii_hexdigit()))
        .collect();
    words.join(" ").trim_end_matches(':').to_owned()
}
