//! In: answers about states, and what a search came to. Out: sentences for people, lines for programs.

use crate::bisect::{Answer, Conclusion};
use crate::cli::screen::{Label, Screen};
use crate::pipeline::{Asked, Bisected, Point, Range};
use crate::report::wire::{self, AnswerLine, Searched, StateName};
use std::io;

/// Prints the line of an answer.
pub(in crate::cli) fn answer_line(screen: &mut Screen, asked: &Asked, by: &str) -> io::Result<()> {
    screen.wire(&wire::answer_line(AnswerLine {
        state: asked.point.state,
        name: &asked.point.name,
        commit: asked.point.commit.as_deref(),
        subject: &asked.point.subject,
        tree: &asked.tree,
        by,
        told: asked.answer,
        reason: &asked.reason,
        known: asked.known,
        seconds: asked.seconds,
    }))
}

/// Says an answer in one sentence.
pub(in crate::cli) fn sentence(asked: &Asked) -> String {
    let known = if asked.known {
        ", known from before"
    } else {
        ""
    };
    format!(
        "{}: {} ({}{known})",
        asked.point.label(),
        asked.answer.word(),
        asked.reason
    )
}

/// Prints the one answer of a step.
pub(in crate::cli) fn step(screen: &mut Screen, asked: &Asked) -> io::Result<()> {
    let label = match asked.answer {
        Answer::Good => Label::Good,
        Answer::Bad => Label::Bad,
        Answer::Skip => Label::Doubtful,
    };
    screen.line(label, sentence(asked))
}

/// Prints the line of a search.
pub(in crate::cli) fn line(
    screen: &mut Screen,
    range: &Range,
    (bisected, by): (&Bisected, &str),
) -> io::Result<()> {
    let states = range.points.iter().map(|point| StateName {
        state: point.state,
        name: &point.name,
        commit: point.commit.as_deref(),
        subject: &point.subject,
    });
    let searched = Searched {
        what: range.sort.word(),
        by,
        states: states.collect(),
        steps: bisected.answers.len(),
        known: bisected.answers.iter().filter(|one| one.known).count(),
        skipped: skipped(bisected).map(|one| one.point.state).collect(),
    };
    screen.wire(&wire::bisect_line(searched, &bisected.conclusion))
}

/// Prints what a search came to.
pub(in crate::cli) fn result(
    screen: &mut Screen,
    range: &Range,
    bisected: &Bisected,
) -> io::Result<()> {
    let label = match bisected.conclusion {
        Conclusion::Culprit(_) => Label::Bad,
        _ => Label::Doubtful,
    };
    let known = match bisected.answers.iter().filter(|one| one.known).count() {
        0 => String::new(),
        known => format!(" ({known} known from before)"),
    };
    let text = format!(
        "{}; asked {} of {}{known}, skipped {}",
        conclusion(range, &bisected.conclusion),
        bisected.answers.len(),
        range.points.len(),
        skipped(bisected).count()
    );
    screen.line(label, text)?;
    let asked = |at: usize| {
        let point = range.points.get(at);
        bisected
            .answers
            .iter()
            .find(|one| Some(&one.point) == point)
    };
    let decides = match &bisected.conclusion {
        Conclusion::Suspects(list) => {
            for at in list {
                screen.plain(format!(
                    "  {}",
                    asked(*at).map_or_else(|| name(range, *at), sentence)
                ))?;
            }
            return Ok(());
        }
        Conclusion::Culprit(at) | Conclusion::EndUntold(at) => *at,
        Conclusion::GoodToTheEnd => range.points.len() - 1,
        Conclusion::BadFromTheStart => 0,
        Conclusion::NotMonotone { good, .. } => *good,
    };
    // What was seen there.
    match asked(decides) {
        Some(asked) => screen.line(Label::Faint, format!("  {}", asked.reason)),
        None => Ok(()),
    }
}

fn name(range: &Range, at: usize) -> String {
    range.points.get(at).map(Point::label).unwrap_or_default()
}

/// Says what follows from the answers.
fn conclusion(range: &Range, conclusion: &Conclusion) -> String {
    let name = |at: usize| name(range, at);
    let good = |first: usize| match (first.checked_sub(1), range.series()) {
        (None, _) => String::new(),
        // A patch's state is a number.
        (Some(at), Some(_)) => range
            .points
            .get(at)
            .map_or_else(String::new, |point| format!("; good: {}", point.state)),
        (Some(at), None) => format!("; good: {}", name(at)),
    };
    match conclusion {
        Conclusion::Culprit(bad) => format!("{} is the first bad state{}", name(*bad), good(*bad)),
        Conclusion::Suspects(list) => format!(
            "one of {} states is the first bad one, and skips are in the way{}",
            list.len(),
            list.first().map(|first| good(*first)).unwrap_or_default()
        ),
        Conclusion::BadFromTheStart => format!(
            "{} is bad already: the fault is older than what was searched",
            name(0)
        ),
        Conclusion::GoodToTheEnd => format!(
            "{} is good: there is no fault to find",
            name(range.points.len() - 1)
        ),
        Conclusion::EndUntold(at) => format!(
            "{} cannot be told good or bad, so nothing can be searched",
            name(*at)
        ),
        Conclusion::NotMonotone { bad, good } => format!(
            "{} is bad and {} after it is good: the fault comes and goes",
            name(*bad),
            name(*good)
        ),
    }
}

fn skipped(bisected: &Bisected) -> impl Iterator<Item = &Asked> {
    bisected
        .answers
        .iter()
        .filter(|one| one.answer == Answer::Skip)
}
