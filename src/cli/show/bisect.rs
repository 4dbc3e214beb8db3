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
    let label = |at: usize| range.points.get(at).map(Point::label).unwrap_or_default();
    let state = |at: usize| range.points.get(at).map_or(0, |point| point.state);
    let good = |first: usize| match (first.checked_sub(1), range.series().is_some()) {
        (None, _) => String::new(),
        (Some(at), true) => format!("; good: {}", state(at)),
        (Some(at), false) => format!("; good: {}", label(at)),
    };
    let (how, text) = match &bisected.conclusion {
        Conclusion::Culprit(bad) => (
            Label::Bad,
            format!("{} is the first bad state{}", label(*bad), good(*bad)),
        ),
        Conclusion::Suspects(list) => (
            Label::Doubtful,
            format!(
                "one of {} states is the first bad one, and skips are in the way{}",
                list.len(),
                list.first().map(|first| good(*first)).unwrap_or_default()
            ),
        ),
        Conclusion::BadFromTheStart => (
            Label::Doubtful,
            format!(
                "{} is bad already: the fault is older than what was searched",
                label(0)
            ),
        ),
        Conclusion::GoodToTheEnd => (
            Label::Doubtful,
            format!(
                "{} is good: there is no fault to find",
                label(range.points.len() - 1)
            ),
        ),
        Conclusion::EndUntold(at) => (
            Label::Doubtful,
            format!(
                "{} cannot be told good or bad, so nothing can be searched",
                label(*at)
            ),
        ),
        Conclusion::NotMonotone { bad, good } => (
            Label::Doubtful,
            format!(
                "{} is bad and {} after it is good: the fault comes and goes",
                label(*bad),
                label(*good)
            ),
        ),
    };
    let known = bisected.answers.iter().filter(|one| one.known).count();
    let known = match known {
        0 => String::new(),
        known => format!(" ({known} known from before)"),
    };
    let steps = bisected.answers.len();
    let all = range.points.len();
    let skips = skipped(bisected).count();
    screen.line(
        how,
        format!("{text}; asked {steps} of {all}{known}, skipped {skips}"),
    )?;
    if let Conclusion::Suspects(list) = &bisected.conclusion {
        for at in list {
            let asked = bisected
                .answers
                .iter()
                .find(|one| Some(&one.point) == range.points.get(*at));
            let said = asked.map_or_else(|| label(*at), sentence);
            screen.plain(format!("  {said}"))?;
        }
        return Ok(());
    }
    // What was seen at the end that decides.
    let decides = match bisected.conclusion {
        Conclusion::Culprit(at) | Conclusion::EndUntold(at) => at,
        Conclusion::GoodToTheEnd => range.points.len() - 1,
        _ => 0,
    };
    let seen = bisected
        .answers
        .iter()
        .find(|one| Some(&one.point) == range.points.get(decides));
    match seen {
        Some(asked) => screen.line(Label::Faint, format!("  {}", asked.reason)),
        None => Ok(()),
    }
}

fn skipped(bisected: &Bisected) -> impl Iterator<Item = &Asked> {
    bisected
        .answers
        .iter()
        .filter(|one| one.answer == Answer::Skip)
}
