//! In: what a kernel says about kinds. Out: its lines.

use super::Line;
use crate::vocabulary::{
    At, Constant, Constructor, Converter, Family, Kind, Test, VocabularyChange, WalkerName,
};
use serde::Serialize;

/// Fields of a `kind` line.
#[derive(Clone, Debug, Serialize)]
pub struct KindLine<'a> {
    name: &'a str,
    constants: &'a [Constant],
    types: &'a [String],
}

/// Makes the line of a kind.
pub fn kind_line(kind: &Kind) -> Line<KindLine<'_>> {
    Line::new(
        "kind",
        KindLine {
            name: &kind.name,
            constants: &kind.constants,
            types: &kind.types,
        },
    )
}

/// Fields of a `predicate` line with its arms.
#[derive(Clone, Debug, Serialize)]
pub struct TestLine<'a> {
    name: &'a str,
    family: Family,
    accepts: &'a [String],
    file: &'a str,
    line: u32,
    takes: &'a str,
    constants: &'a [String],
    whole: bool,
    local: bool,
    at: &'a [At],
}

/// Makes the line of a predicate with all its places.
pub fn test_line(own: &Test) -> Line<TestLine<'_>> {
    let first = own.at.first();
    Line::new(
        "predicate",
        TestLine {
            name: &own.name,
            family: own.family,
            accepts: &own.accepts,
            file: first.map_or("", |at| &at.file),
            line: first.map_or(0, |at| at.line),
            takes: &own.takes,
            constants: &own.constants,
            whole: own.whole,
            local: own.local,
            at: &own.at,
        },
    )
}

/// Fields of a `converter` line.
#[derive(Clone, Debug, Serialize)]
pub struct ConverterLine<'a> {
    name: &'a str,
    from: &'a str,
    to: &'a str,
    becomes: Vec<Becomes<'a>>,
    at: &'a [At],
}

/// A kind that comes out as another.
#[derive(Clone, Debug, Serialize)]
pub struct Becomes<'a> {
    kind: &'a str,
    to: &'a str,
}

/// Makes the line of a converter.
pub fn converter_line(own: &Converter) -> Line<ConverterLine<'_>> {
    Line::new(
        "converter",
        ConverterLine {
            name: &own.name,
            from: &own.from,
            to: &own.to,
            becomes: own
                .becomes
                .iter()
                .map(|(kind, to)| Becomes { kind, to })
                .collect(),
            at: &own.at,
        },
    )
}

/// Fields of a `constructor` line.
#[derive(Clone, Debug, Serialize)]
pub struct ConstructorLine<'a> {
    name: &'a str,
    gives: &'a str,
    makes: &'a [String],
    constants: &'a [String],
    at: &'a [At],
}

/// Makes the line of a constructor.
pub fn constructor_line(own: &Constructor) -> Line<ConstructorLine<'_>> {
    Line::new(
        "constructor",
        ConstructorLine {
            name: &own.name,
            gives: &own.gives,
            makes: &own.makes,
            constants: &own.constants,
            at: &own.at,
        },
    )
}

/// Fields of a `walker` line.
#[derive(Clone, Debug, Serialize)]
pub struct WalkerLine<'a> {
    name: &'a str,
    cursor: &'a str,
    fields: &'a [String],
    at: &'a [At],
}

/// Makes the line of a walker.
pub fn walker_line(own: &WalkerName) -> Line<WalkerLine<'_>> {
    Line::new(
        "walker",
        WalkerLine {
            name: &own.name,
            cursor: &own.cursor,
            fields: &own.fields,
            at: &own.at,
        },
    )
}

/// Fields of a `difference` line.
#[derive(Clone, Debug, Serialize)]
pub struct DifferenceLine<'a> {
    what: &'static str,
    change: &'static str,
    name: &'a str,
    to: Option<&'a str>,
    before: &'a [String],
    after: &'a [String],
}

/// Makes the line of a difference between two vocabularies.
pub fn difference_line(own: &VocabularyChange) -> Line<DifferenceLine<'_>> {
    Line::new(
        "difference",
        DifferenceLine {
            what: own.what.word(),
            change: own.change.word(),
            name: &own.name,
            to: (!own.to.is_empty()).then_some(own.to.as_str()),
            before: &own.before,
            after: &own.after,
        },
    )
}
