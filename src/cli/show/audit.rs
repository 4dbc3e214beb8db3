//! In: an audit. Out: tables for people, lines for programs.

use crate::audit::{Audit, Huge, Site, SiteKind, Verdict, Walk};
use crate::cli::screen::{Cell, Label, Screen};
use crate::pipeline::OpenKernel;
use crate::report::wire;
use crate::store::WalkCounts;
use std::collections::BTreeMap;
use std::io;

/// Prints predicates, sites, walks and what could not be seen.
pub(in crate::cli) fn lines(screen: &mut Screen, audit: &Audit) -> io::Result<()> {
    for predicate in &audit.predicates {
        screen.wire(&wire::predicate_line(predicate))?;
    }
    for site in &audit.sites {
        screen.wire(&wire::site_line(site))?;
    }
    for walk in &audit.walks {
        screen.wire(&wire::walk_line(walk))?;
    }
    for spot in &audit.blind {
        screen.wire(&wire::blind_line(spot))?;
    }
    Ok(())
}

/// Prints sites by file, predicates, walks, what could not be seen, and the counts last, where a terminal shows them.
pub(in crate::cli) fn tables(
    screen: &mut Screen,
    kernel: &OpenKernel,
    audit: &Audit,
) -> io::Result<()> {
    sites(screen, &audit.sites)?;
    predicates(screen, audit)?;
    if !audit.walks.is_empty() {
        screen.line(Label::Heading, "walks")?;
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for walk in &audit.walks {
            rows.push(walk_row(walk));
            rows.extend(walk.pmd.as_ref().map(huge_row));
        }
        screen.table(2, &rows)?;
        screen.plain("")?;
    }
    if !audit.blind.is_empty() {
        screen.line(Label::Heading, "not seen")?;
        let row = |spot: &crate::audit::BlindSpot| {
            vec![
                Cell::new(format!("{}:{}", spot.file, spot.line)),
                Cell::new(spot.sort.word()).label(Label::Faint),
                Cell::new(&spot.what),
            ]
        };
        screen.table(2, &audit.blind.iter().map(row).collect::<Vec<_>>())?;
        screen.plain("")?;
    }
    let (calls, walks) = (audit.sites.iter().filter(is_call).count(), verdicts(audit));
    screen.line(
        Label::Heading,
        format!(
            "{} ({}): {calls} calls of {} predicates, {walks}, {} blind spots; {} files read",
            kernel.name,
            kernel.kernel.version,
            audit.predicates.len(),
            audit.blind.len(),
            audit.files_read
        ),
    )
}

fn is_call(site: &&Site) -> bool {
    matches!(site.kind, SiteKind::Call | SiteKind::Macro)
}

/// Counts walks by verdict: "24 walks (2 unprepared, 20 unknown, 2 not applicable)".
pub(super) fn verdicts(audit: &Audit) -> String {
    let counts = WalkCounts::count(audit);
    let parts: Vec<String> = [
        (counts.unprepared, "unprepared"),
        (counts.unknown, "unknown"),
        (counts.prepared, "prepared"),
        (counts.not_applicable, "not applicable"),
    ]
    .iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, word)| format!("{count} {word}"))
    .collect();
    match audit.walks.len() {
        0 => String::from("no walks"),
        count => format!("{count} walks ({})", parts.join(", ")),
    }
}

/// Prints the sites, file by file.
fn sites(screen: &mut Screen, sites: &[Site]) -> io::Result<()> {
    for file in sites.chunk_by(|a, b| a.file == b.file) {
        screen.line(Label::Heading, &file[0].file)?;
        let rows: Vec<Vec<Cell>> = file
            .iter()
            .map(|site| {
                let kind = if site.kind == SiteKind::Call {
                    ""
                } else {
                    site.kind.word()
                };
                vec![
                    Cell::number(site.line),
                    Cell::new(&site.predicate),
                    Cell::new(&site.function),
                    Cell::new(kind).label(Label::Faint),
                    Cell::new(site.arms.join(" ")).label(Label::Faint),
                ]
            })
            .collect();
        screen.table(2, &rows)?;
        screen.plain("")?;
    }
    Ok(())
}

/// Prints the predicates with how often each is called, those called most first.
fn predicates(screen: &mut Screen, audit: &Audit) -> io::Result<()> {
    if audit.predicates.is_empty() {
        return screen.plain(
            "no predicates: the headers name no kinds of entries that pteward knows how to find",
        );
    }
    let mut calls: BTreeMap<&str, u32> = BTreeMap::new();
    for site in audit.sites.iter().filter(is_call) {
        *calls.entry(&site.predicate).or_default() += 1;
    }
    let count = |name: &str| calls.get(name).copied().unwrap_or(0);
    let mut order: Vec<_> = audit.predicates.iter().collect();
    order.sort_by_key(|predicate| (std::cmp::Reverse(count(&predicate.name)), &predicate.name));
    let head = ["predicate", "calls", "family", "accepts"]
        .map(|text| Cell::new(text).label(Label::Heading));
    let mut rows = vec![head.to_vec()];
    rows.extend(order.iter().map(|predicate| {
        vec![
            Cell::new(&predicate.name),
            Cell::number(count(&predicate.name)),
            Cell::new(predicate.family.word()),
            Cell::new(predicate.accepts.join(" ")),
        ]
    }));
    screen.table(0, &rows)?;
    screen.plain("")
}

/// Makes the row of what a walk hands back for huge pages.
fn huge_row(huge: &Huge) -> Vec<Cell> {
    vec![
        Cell::new(""),
        Cell::new("  huge pages (PMD)").label(Label::Faint),
        verdict_cell(huge.verdict),
        Cell::new(""),
        Cell::new(told(&huge.unhandled, &huge.reason)).label(Label::Faint),
    ]
}

/// Says why a verdict is what it is.
fn told(unhandled: &[String], reason: &str) -> String {
    if unhandled.is_empty() {
        return reason.to_owned();
    }
    format!("not prepared for {}: {reason}", unhandled.join(", "))
}

fn walk_row(walk: &Walk) -> Vec<Cell> {
    let flags = if walk.flags.is_empty() {
        String::from("-")
    } else {
        walk.flags.join("|")
    };
    vec![
        Cell::new(format!("{}:{}", walk.file, walk.line)),
        Cell::new(&walk.function),
        verdict_cell(walk.verdict),
        Cell::new(flags),
        Cell::new(told(&walk.unhandled, &walk.reason)).label(Label::Faint),
    ]
}

/// Makes the cell of a verdict.
pub(super) fn verdict_cell(verdict: Verdict) -> Cell {
    let label = match verdict {
        Verdict::Prepared => Label::Good,
        Verdict::Unprepared => Label::Bad,
        Verdict::Unknown => Label::Doubtful,
        Verdict::NotApplicable => Label::Faint,
    };
    Cell::new(verdict.word()).label(label)
}
