//! In: what a page kept of white space. Out: texts that can have been there, before the page damaged them.

use super::align::Row;
use super::body::Body;
use super::layout::width;
use crate::diff::damaged::Damage;

/// What white space of added lines is still to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keeps {
    /// Everything.
    All,
    /// Runs of blanks, but no tabs.
    Blanks,
    /// That there was some.
    Nothing,
}

impl Keeps {
    /// Tells it from the damage found.
    pub(super) fn of(damage: Damage) -> Self {
        if damage.line_breaks || damage.inner_blanks {
            Self::Nothing
        } else if damage.tabs {
            Self::Blanks
        } else {
            Self::All
        }
    }

    /// The text of a row, if the page has it whole.
    pub(super) fn text(self, body: &Body, row: &Row) -> Option<Vec<u8>> {
        let units = &body.units[row.words.clone()];
        let broken = units.iter().skip(1).any(|unit| unit.begins);
        (self == Self::All && !broken).then(|| shown(body, row))
    }

    /// Is everything still to be seen?
    pub(super) fn all(self) -> bool {
        self == Self::All
    }

    /// Can a row that looks so on the page have had this text?
    pub(super) fn allows(self, body: &Body, row: &Row, text: &[u8]) -> bool {
        let units = &body.units[row.words.clone()];
        match self {
            Self::Nothing => true,
            _ if units.iter().skip(1).any(|unit| unit.begins) => true,
            Self::All => shown(body, row) == text,
            Self::Blanks => {
                let shown = shown(body, row);
                single(text) == shown || expanded(text) == shown
            }
        }
    }

    /// Leaves only texts that look on the page as this row does, if there are such.
    pub(super) fn filter(self, body: &Body, row: &Row, options: &mut Vec<(u32, Vec<u8>)>) {
        let units = &body.units[row.words.clone()];
        if self != Self::Blanks || units.iter().skip(1).any(|unit| unit.begins) {
            return;
        }
        let shown = shown(body, row);
        let fits = |text: &[u8]| single(text) == shown || expanded(text) == shown;
        if options.iter().any(|(_, text)| fits(text)) {
            options.retain(|(_, text)| fits(text));
            return;
        }
        // None of the texts by rule: undo what the page did, in the ways that are common.
        let blanks = shown.iter().take_while(|&&byte| byte == b' ').count();
        let rest = &shown[blanks..];
        let lead = super::layout::pad_to(1, 1 + blanks).unwrap_or_default();
        let lead = [lead.as_slice(), rest].concat();
        let each = [vec![b'\t'; blanks].as_slice(), rest].concat();
        // Where tabs became several blanks, some run is as wide as a tab.
        let wide = body.units.iter().any(|unit| unit.gap.len() > 6);
        let undone = if !wide {
            [each, lead, tabbed(&shown), shown]
        } else if rest.starts_with(b"*") {
            [lead, shown.clone(), tabbed(&shown), each]
        } else {
            [tabbed(&shown), lead, shown, each]
        };
        for (cost, text) in (0..4).zip(undone).rev() {
            options.insert(0, (cost, text));
        }
    }
}

/// Runs of blanks as tabs up to the column that they reach, the marker's column taken in.
fn tabbed(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let (mut at, mut column) = (0, 1);
    while at < text.len() {
        let run = text[at..].iter().take_while(|&&byte| byte == b' ').count();
        if run > 1 {
            out.extend(super::layout::pad_to(column, column + run).unwrap_or_default());
        } else {
            out.extend_from_slice(&text[at..at + run.max(1)]);
        }
        column = width(&text[at..at + run.max(1)], column);
        at += run.max(1);
    }
    out
}

/// A row as the page shows it, without its marker.
fn shown(body: &Body, row: &Row) -> Vec<u8> {
    let units = &body.units[row.words.clone()];
    let mut out = Vec::new();
    for (index, unit) in units.iter().enumerate() {
        if index > 0 {
            out.extend_from_slice(&unit.gap);
        }
        out.extend_from_slice(&crate::diff::damaged::restore_entities(&unit.text));
    }
    if row.kind == crate::diff::LineKind::Context {
        let gap = units
            .first()
            .map_or(&b""[..], |unit| unit.gap.get(1..).unwrap_or(&[]));
        return [gap, out.as_slice()].concat();
    }
    if out.is_empty() {
        out
    } else {
        out.split_off(1)
    }
}

/// Each tab as one blank.
fn single(text: &[u8]) -> Vec<u8> {
    text.iter()
        .map(|&byte| if byte == b'\t' { b' ' } else { byte })
        .collect()
}

/// Tabs as blanks up to the next eighth column, the marker's column taken in.
fn expanded(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut column = 1;
    for &byte in text {
        let next = width(&[byte], column);
        if byte == b'\t' {
            out.resize(out.len() + next - column, b' ');
        } else {
            out.push(byte);
        }
        column = next;
    }
    out
}
