//! In: what a walker may return. Out: its line.

use super::Line;
use super::line::Quote;
use crate::audit::ContractRow;
use serde::Serialize;

/// Fields of a `contract` line.
#[derive(Clone, Debug, Serialize)]
pub struct ContractLine<'a> {
    walker: &'a str,
    file: &'a str,
    line: u32,
    text: &'a str,
    flags: &'a [String],
    level: &'a str,
    known: bool,
    kinds: &'a [String],
    reason: &'a str,
    asked: Vec<Quote<'a>>,
    ways: Vec<WayFields<'a>>,
}

/// How one kind gets through.
#[derive(Clone, Debug, Serialize)]
struct WayFields<'a> {
    kind: &'a str,
    lines: Vec<Quote<'a>>,
}

/// Makes the line of a place where a walker says yes.
pub fn contract_line(row: &ContractRow) -> Line<ContractLine<'_>> {
    Line::new(
        "contract",
        ContractLine {
            walker: &row.walker,
            file: &row.place.file,
            line: row.place.line,
            text: &row.place.text,
            flags: &row.flags,
            level: &row.level,
            known: row.known,
            kinds: &row.kinds,
            reason: &row.reason,
            asked: row.asked.iter().map(Quote::from).collect(),
            ways: row
                .ways
                .iter()
                .map(|way| WayFields {
                    kind: &way.kind,
                    lines: way.lines.iter().map(Quote::from).collect(),
                })
                .collect(),
        },
    )
}
