//! In: a walk before × after, or what this machine has. Out: its line.

use super::Line;
use crate::audit::{Verdict, Walk, WalkChange};
use serde::Serialize;

/// Fields of a `verdict` line.
#[derive(Clone, Debug, Serialize)]
pub struct VerdictLine<'a> {
    file: &'a str,
    function: &'a str,
    line: u32,
    walker: &'a str,
    before: Option<&'static str>,
    after: Option<&'static str>,
    change: &'static str,
    unhandled: &'a [String],
    reason: &'a str,
}

/// Makes the line of a walk before × after; place, kinds and reason are those after, else those before.
pub fn verdict_line(change: &WalkChange) -> Option<Line<VerdictLine<'_>>> {
    let walk = change.after.as_ref().or(change.before.as_ref())?;
    let (_, unhandled, reason) = walk.told();
    let fields = VerdictLine {
        file: &walk.file,
        function: &walk.function,
        line: walk.line,
        walker: &walk.walker,
        before: change.before.as_ref().map(Walk::worst).map(Verdict::word),
        after: change.after.as_ref().map(Walk::worst).map(Verdict::word),
        change: change.change.word(),
        unhandled,
        reason,
    };
    Some(Line::new("verdict", fields))
}

/// Fields of a `capability` line.
#[derive(Clone, Debug, Serialize)]
pub struct CapabilityLine<'a> {
    name: &'a str,
    used: bool,
    present: bool,
    detail: &'a str,
    install: Option<&'a str>,
}

/// Makes the line of something that this machine has or lacks.
pub fn capability_line<'a>(
    name: &'a str,
    used: bool,
    present: bool,
    detail: &'a str,
    install: Option<&'a str>,
) -> Line<CapabilityLine<'a>> {
    Line::new(
        "capability",
        CapabilityLine {
            name,
            used,
            present,
            detail,
            install,
        },
    )
}
