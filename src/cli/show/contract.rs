//! In: what the walkers of a kernel may return. Out: a table for people, lines for programs.

use crate::audit::{ContractRow, Contracts, Line};
use crate::cli::screen::{Cell, Label, Screen};
use crate::report::wire;
use std::io;

/// Prints a line for each row.
pub(in crate::cli) fn lines(screen: &mut Screen, found: &Contracts) -> io::Result<()> {
    found
        .rows
        .iter()
        .try_for_each(|row| screen.wire(&wire::contract_line(row)))
}

/// Prints walker by walker; sets of flags between which nothing differs stand together.
pub(in crate::cli) fn tables(screen: &mut Screen, found: &Contracts) -> io::Result<()> {
    for walker in found.rows.chunk_by(|a, b| a.walker == b.walker) {
        screen.line(Label::Heading, &walker[0].walker)?;
        for (flags, rows) in alike(walker) {
            screen.plain(format!("  flags: {flags}"))?;
            for row in rows {
                print_row(screen, row)?;
            }
        }
        screen.plain("")?;
    }
    for name in &found.missing {
        let text = format!("{name}: no one definition of it is in this tree");
        screen.line(Label::Doubtful, text)?;
    }
    Ok(())
}

/// Joins the sets of flags whose rows are equal.
fn alike(rows: &[ContractRow]) -> Vec<(String, Vec<&ContractRow>)> {
    let mut out: Vec<(String, Vec<&ContractRow>)> = Vec::new();
    for set in rows.chunk_by(|a, b| a.flags == b.flags) {
        let name = if set[0].flags.is_empty() {
            String::from("none")
        } else {
            set[0].flags.join("|")
        };
        let same = |known: &Vec<&ContractRow>| {
            known.len() == set.len()
                && known
                    .iter()
                    .zip(set)
                    .all(|(a, b)| (&a.place, &a.level, &a.kinds) == (&b.place, &b.level, &b.kinds))
        };
        match out.iter_mut().find(|(_, known)| same(known)) {
            Some((names, _)) => *names = format!("{names}, {name}"),
            None => out.push((name, set.iter().collect())),
        }
    }
    out
}

fn print_row(screen: &mut Screen, row: &ContractRow) -> io::Result<()> {
    let kinds = if row.known {
        Cell::new(row.kinds.join(" ")).label(Label::Good)
    } else {
        Cell::new(format!("unknown: {}", row.reason)).label(Label::Doubtful)
    };
    let place = format!("{}:{}", row.place.file, row.place.line);
    screen.table(
        4,
        &[vec![
            Cell::new(format!("{:<8}", row.level)),
            Cell::new(place),
            kinds,
        ]],
    )?;
    let quoted = |line: &Line| {
        vec![
            Cell::new(format!("{}:{}", line.file, line.line)),
            Cell::new(&line.text).label(Label::Faint),
        ]
    };
    for way in &row.ways {
        screen.plain(format!("      {}", way.kind))?;
        screen.table(8, &way.lines.iter().map(quoted).collect::<Vec<_>>())?;
    }
    Ok(())
}
