//! In: a vocabulary, or the differences of two. Out: tables for people, lines for programs.

use crate::cli::screen::{Cell, Label, Screen};
use crate::report::wire;
use crate::vocabulary::{At, Changed, Test, Vocabulary, VocabularyChange};
use std::io;

/// Prints a line for each name, and says how many there are.
pub(in crate::cli) fn lines(screen: &mut Screen, found: &Vocabulary) -> io::Result<usize> {
    for kind in &found.kinds {
        screen.wire(&wire::kind_line(kind))?;
    }
    for own in &found.predicates {
        screen.wire(&wire::test_line(own))?;
    }
    for own in &found.converters {
        screen.wire(&wire::converter_line(own))?;
    }
    for own in &found.constructors {
        screen.wire(&wire::constructor_line(own))?;
    }
    for own in &found.walkers {
        screen.wire(&wire::walker_line(own))?;
    }
    Ok(found.kinds.len()
        + found.predicates.len()
        + found.converters.len()
        + found.constructors.len()
        + found.walkers.len())
}

/// Prints a line for each difference.
pub(in crate::cli) fn difference_lines(
    screen: &mut Screen,
    found: &[VocabularyChange],
) -> io::Result<()> {
    found
        .iter()
        .try_for_each(|own| screen.wire(&wire::difference_line(own)))
}

/// Prints kinds, predicates, converters, constructors and walkers.
pub(in crate::cli) fn tables(screen: &mut Screen, found: &Vocabulary) -> io::Result<()> {
    let kinds = found.kinds.iter().map(|kind| {
        let arms = kind.constants.iter().flat_map(|constant| &constant.at);
        vec![
            Cell::new(&kind.name),
            Cell::new(names(kind.constants.iter().map(|c| c.name.as_str()))),
            Cell::new(kind.types.join(" ")),
            Cell::new(under(arms)).label(Label::Faint),
        ]
    });
    section(screen, ["kind", "constants", "type", "under"], kinds)?;
    let predicates = found.predicates.iter().map(|own| {
        vec![
            Cell::new(&own.name),
            Cell::new(accepts(own)),
            Cell::new(place(&own.at)).label(Label::Faint),
            Cell::new(under(&own.at)).label(Label::Faint),
        ]
    });
    section(
        screen,
        ["predicate", "accepts", "where", "under"],
        predicates,
    )?;
    let converters = found.converters.iter().map(|own| {
        let pairs = own
            .becomes
            .iter()
            .map(|(from, to)| format!("{from} becomes {to}"));
        let from = if own.from.is_empty() { "?" } else { &own.from };
        let types = format!("{from} to {}", own.to);
        vec![
            Cell::new(&own.name),
            Cell::new([vec![types], pairs.collect()].concat().join(", ")),
            Cell::new(place(&own.at)).label(Label::Faint),
            Cell::new(under(&own.at)).label(Label::Faint),
        ]
    });
    section(screen, ["converter", "turns", "where", "under"], converters)?;
    let constructors = found.constructors.iter().map(|own| {
        vec![
            Cell::new(&own.name),
            Cell::new([own.makes.join(" "), bracketed(&own.constants)].concat()),
            Cell::new(place(&own.at)).label(Label::Faint),
            Cell::new(under(&own.at)).label(Label::Faint),
        ]
    });
    section(
        screen,
        ["constructor", "makes", "where", "under"],
        constructors,
    )?;
    let walkers = found.walkers.iter().map(|own| {
        vec![
            Cell::new(&own.name),
            Cell::new(format!("{}: {}", own.cursor, own.fields.join(" "))),
            Cell::new(place(&own.at)).label(Label::Faint),
            Cell::new(under(&own.at)).label(Label::Faint),
        ]
    });
    section(screen, ["walker", "cursor", "where", "under"], walkers)
}

/// Prints the differences.
pub(in crate::cli) fn differences(
    screen: &mut Screen,
    found: &[VocabularyChange],
) -> io::Result<()> {
    if found.is_empty() {
        return screen.plain("no differences");
    }
    let rows: Vec<Vec<Cell>> = found
        .iter()
        .map(|own| {
            let label = match own.change {
                Changed::Added | Changed::Widened => Label::Good,
                Changed::Removed | Changed::Narrowed => Label::Bad,
                Changed::Renamed | Changed::Shifted => Label::Doubtful,
            };
            let name = if own.to.is_empty() {
                own.name.clone()
            } else {
                format!("{} to {}", own.name, own.to)
            };
            vec![
                Cell::new(own.what.word()),
                Cell::new(own.change.word()).label(label),
                Cell::new(name),
                Cell::new(difference(own)),
            ]
        })
        .collect();
    screen.table(0, &rows)
}

/// Says what came and what went: `+hwpoison -marker`, or the set where it is one.
fn difference(own: &VocabularyChange) -> String {
    match own.change {
        Changed::Added => own.after.join(" "),
        Changed::Removed | Changed::Renamed => own.before.join(" "),
        _ => {
            let more = own.after.iter().filter(|kind| !own.before.contains(kind));
            let less = own.before.iter().filter(|kind| !own.after.contains(kind));
            let signs: Vec<String> = more
                .map(|kind| format!("+{kind}"))
                .chain(less.map(|kind| format!("-{kind}")))
                .collect();
            signs.join(" ")
        }
    }
}

fn section<const N: usize>(
    screen: &mut Screen,
    head: [&str; N],
    rows: impl Iterator<Item = Vec<Cell>>,
) -> io::Result<()> {
    let head = head
        .map(|text| Cell::new(text).label(Label::Heading))
        .to_vec();
    let rows: Vec<Vec<Cell>> = std::iter::once(head).chain(rows).collect();
    if rows.len() > 1 {
        screen.table(0, &rows)?;
        screen.plain("")?;
    }
    Ok(())
}

fn names<'n>(list: impl Iterator<Item = &'n str>) -> String {
    list.collect::<Vec<_>>().join(" ")
}

fn bracketed(list: &[String]) -> String {
    if list.is_empty() {
        String::new()
    } else {
        format!(" ({})", list.join(" "))
    }
}

/// Says what a predicate accepts; constants only where it asks for a part of a kind.
fn accepts(own: &Test) -> String {
    let kinds = own.accepts.join(" ");
    if own.whole {
        kinds
    } else {
        kinds + &bracketed(&own.constants)
    }
}

/// Names the place that says most: a body that looks at something, else the first.
fn place(at: &[At]) -> String {
    let told = |at: &&At| !at.stub && !at.declared;
    let best = at.iter().find(told).or(at.first());
    let more = match at.iter().filter(told).count() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    best.map_or_else(String::new, |at| format!("{}:{}{more}", at.file, at.line))
}

/// Lists the arms under which something stands, each once; a name that some place has under none is under none.
fn under<'a>(at: impl IntoIterator<Item = &'a At>) -> String {
    let mut out: Vec<String> = Vec::new();
    for at in at.into_iter().filter(|at| !at.stub) {
        let arms = at.arms.join(" && ");
        if arms.is_empty() {
            return String::new();
        }
        if !out.contains(&arms) {
            out.push(arms);
        }
    }
    // Many architectures have many arms: the first few say enough.
    if out.len() > 3 {
        out.truncate(3);
        out.push(String::from("…"));
    }
    out.join(" or ")
}
