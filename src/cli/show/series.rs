//! In: a series. Out: what a person sees of it.

use crate::cli::screen::{Cell, Label, Screen};
use crate::cli::session::Session;
use crate::pipeline::{Event, ReadSeries};
use crate::series::{Patch, PatchDamage, Series};
use anyhow::Context as _;
use std::io;

/// Gives the one series that was read.
pub(in crate::cli) fn only(read: ReadSeries) -> anyhow::Result<Series> {
    read.series
        .into_iter()
        .next()
        .context("reading gave no series")
}

/// Tells what is missing or damaged, as notes.
pub(in crate::cli) fn notes(session: &Session, series: &Series) {
    for line in troubles(series) {
        session.tell(Event::Note(&format!("{}: {line}", series.name)));
    }
}

/// Spells what is missing or damaged.
fn troubles(series: &Series) -> Vec<String> {
    let mut lines = Vec::new();
    if !series.missing.is_empty() {
        let numbers: Vec<String> = series.missing.iter().map(u32::to_string).collect();
        lines.push(format!(
            "{} of {} patches are there; missing: {}",
            series.patches.len(),
            series.total,
            numbers.join(", ")
        ));
    }
    lines.extend(series.notes.iter().cloned());
    for patch in &series.patches {
        let damage = patch.damage.as_ref().filter(|damage| damage.lost.any());
        lines.extend(damage.map(|damage| {
            format!(
                "patch {} is damaged: the page lost {}; it is restored when it is applied to a kernel",
                patch.number,
                damage.lost.words().join(", ")
            )
        }));
        lines.extend(
            patch
                .problems
                .iter()
                .map(|p| format!("patch {}, line {}: {}", patch.number, p.line, p.what)),
        );
    }
    lines
}

/// Prints a series whole.
pub(in crate::cli) fn whole(screen: &mut Screen, series: &Series) -> io::Result<()> {
    let rfc = if series.rfc { ", RFC" } else { "" };
    screen.line(
        Label::Heading,
        format!("{}: {}", series.name, series.subject),
    )?;
    screen.plain(format!(
        "  v{}{rfc}, {} of {} patches",
        series.version,
        series.patches.len(),
        series.total
    ))?;
    for (name, value) in [
        ("base-commit", &series.base_commit),
        ("change-id", &series.change_id),
    ] {
        if let Some(value) = value {
            screen.plain(format!("  {name}: {value}"))?;
        }
    }
    for trailer in &series.prerequisites {
        screen.plain(format!("  {}: {}", trailer.key, trailer.value))?;
    }
    for line in troubles(series) {
        screen.line(Label::Doubtful, format!("  {line}"))?;
    }
    changelog(screen, &series.changelog)?;
    for one in &series.patches {
        screen.plain("")?;
        patch(screen, series, one)?;
    }
    Ok(())
}

fn patch(screen: &mut Screen, series: &Series, patch: &Patch) -> io::Result<()> {
    screen.line(
        Label::Heading,
        format!("{}/{} {}", patch.number, series.total, patch.subject),
    )?;
    let date = patch
        .date
        .map_or_else(|| String::from("no date"), |date| date.to_string());
    screen.plain(format!(
        "  {} <{}>, {date}",
        patch.author.name, patch.author.email
    ))?;
    let rows: Vec<Vec<Cell>> = patch
        .files
        .iter()
        .map(|file| {
            let hunks = match file.hunks.len() {
                1 => String::from("1 hunk"),
                count => format!("{count} hunks"),
            };
            vec![Cell::new(file.path()), Cell::new(hunks)]
        })
        .collect();
    screen.table(2, &rows)?;
    if let Some(damage) = patch.damage.as_ref().filter(|damage| damage.lost.any()) {
        lost(screen, damage)?;
    }
    for trailer in &patch.trailers {
        screen.plain(format!("  {}: {}", trailer.key, trailer.value))?;
    }
    changelog(screen, &patch.changelog)
}

/// Prints what the page lost, hunk by hunk.
fn lost(screen: &mut Screen, damage: &PatchDamage) -> io::Result<()> {
    let files = damage.files();
    let rows: Vec<Vec<Cell>> = files
        .iter()
        .flat_map(|file| file.hunks.iter().map(move |hunk| (file, hunk)))
        .map(|(file, hunk)| {
            vec![
                Cell::new(format!("{}:{}", file.new_path, hunk.old_start)),
                Cell::new("lost").label(Label::Doubtful),
                Cell::new(hunk.damage.words().join(", ")),
            ]
        })
        .collect();
    screen.table(4, &rows)
}

fn changelog(screen: &mut Screen, entries: &[crate::series::ChangelogEntry]) -> io::Result<()> {
    for entry in entries {
        screen.line(Label::Faint, format!("  changes in v{}:", entry.version))?;
        for line in entry.text.lines() {
            screen.line(Label::Faint, format!("    {line}"))?;
        }
    }
    Ok(())
}
