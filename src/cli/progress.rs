//! In: events of a request. Out: bars with the time left, on a terminal only; notes as lines on standard error.

use crate::base::show::visible;
use crate::pipeline::{Event, Unit};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::{IsTerminal as _, Write as _};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Shows how far a request is.
pub(super) struct Progress {
    bar: Mutex<Option<ProgressBar>>,
    /// May bars be drawn?
    bars: bool,
    /// May notes be printed?
    notes: bool,
}

impl Progress {
    /// Makes one; `quiet` shows nothing at all.
    pub(super) fn new(quiet: bool) -> Self {
        Self {
            bar: Mutex::new(None),
            bars: !quiet && std::io::stderr().is_terminal(),
            notes: !quiet,
        }
    }

    /// Takes an event.
    pub(super) fn on(&self, event: Event<'_>) {
        let mut bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner);
        match event {
            Event::Begin { step } if self.bars => *bar = Some(spinner(step)),
            Event::Begin { .. } => {}
            Event::Advance { done, total, unit } => {
                if let Some(bar) = &*bar {
                    advance(bar, done, total, unit);
                }
            }
            Event::End => {
                if let Some(bar) = bar.take() {
                    bar.finish_and_clear();
                }
            }
            Event::Note(text) if self.notes => {
                let print = || drop(writeln!(std::io::stderr(), "note: {}", visible(text)));
                match &*bar {
                    Some(bar) => bar.suspend(print),
                    None => print(),
                }
            }
            Event::Note(_) => {}
        }
    }
}

/// Makes a bar for a step whose length is not known yet.
fn spinner(step: &str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(visible(step));
    bar.set_style(style("{spinner} {msg} {pos:>7} ({elapsed})"));
    // A step that says nothing for long still shows that it is alive.
    bar.enable_steady_tick(Duration::from_millis(120));
    bar
}

/// Moves a bar; the first known total makes it one with the time left.
fn advance(bar: &ProgressBar, done: u64, total: u64, unit: Unit) {
    if total > 0 && bar.length() != Some(total) {
        bar.set_length(total);
        let counts = match unit {
            Unit::Files | Unit::Objects => "{human_pos}/{human_len}",
            Unit::Bytes => "{bytes}/{total_bytes}",
        };
        bar.set_style(style(&format!(
            "{{msg}} {{wide_bar}} {counts} {{eta}} left"
        )));
    }
    bar.set_position(done);
}

/// Reads a template of this file.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates above are well-formed")
}
