//! In: a state that was chosen. Out: what it is, and what its series came to on its kernel, as far as that is not plain.

use super::{kernel_line, outcomes};
use crate::cli::session::Session;
use crate::pipeline::{Chosen, Event};
use std::io;

/// Says what a state is: its notes; for programs its kernel and all of applying; for people what did not go in.
pub(in crate::cli) fn introduce(
    session: &mut Session,
    chosen: &Chosen,
    json: bool,
) -> io::Result<()> {
    for note in &chosen.notes {
        session.tell(Event::Note(note));
    }
    let screen = &mut session.screen;
    if json {
        kernel_line(screen, &chosen.kernel)?;
    }
    match &chosen.application {
        Some(application) if json => outcomes::lines(screen, &application.outcomes),
        Some(application) if !chosen.is_whole() => {
            outcomes::tables(screen, &application.series.name, &application.outcomes)
        }
        _ => Ok(()),
    }
}
