//! In: a machine and an initramfs. Out: how the guest ended; on the way, every line that it said.

use super::console::Console;
use super::frame::{Frame, Lines, ProgramEnd, frame};
use super::machine::{Accel, Accelerator, Machine};
use super::{BootError, Booted, Initramfs, Outcome};
use crate::base::clock::Stopwatch;
use crate::base::process::{End, Go, Ran, Stream, watch};
use crate::base::show::visible_bytes;
use std::time::Duration;

/// Something that the guest said. Text is UTF-8 with what is not made visible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard<'h> {
    /// A line of the kernel's.
    Console(&'h str),
    /// A program begins.
    Begin(&'h str),
    /// A line of the program that runs.
    Output(&'h str),
    /// The program has ended.
    End(&'h str, &'h ProgramEnd),
}

/// Who hears a guest.
pub trait Hear {
    /// Hears one thing.
    fn hear(&mut self, heard: Heard<'_>);
}

/// How far a guest has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Booting,
    Up,
    Done,
}

/// One boot as it goes on.
struct Listener<'l> {
    initramfs: &'l Initramfs,
    hear: &'l mut dyn Hear,
    console: Console,
    stage: Stage,
    running: Option<usize>,
    up_after: Option<Duration>,
    panic: Option<String>,
    /// Has the kernel ended its panic?
    over: bool,
    notes: Vec<String>,
    /// QEMU's own words.
    words: Vec<String>,
    /// The rest of a long line waits for its end.
    held: Option<Vec<u8>>,
    said: bool,
    fault: Option<BootError>,
}

/// Notes and words that are kept.
const MOST_NOTES: usize = 20;
/// Bytes of a test's line that are put together again.
const LONGEST: usize = 16 << 10;

/// Boots `machine` with `initramfs` and returns when the guest has ended, or has been ended.
///
/// Where KVM was not asked for by name, and QEMU ends with it before there is a guest, TCG is taken: /dev/kvm can be opened on
/// machines whose KVM cannot do all that QEMU wants.
///
/// # Errors
/// When there was no guest to try: QEMU or the image is missing, the console cannot be kept, or the user interrupts.
pub fn boot(
    machine: &Machine,
    initramfs: &Initramfs,
    hear: &mut dyn Hear,
) -> Result<Booted, BootError> {
    let accelerator = machine.accel.choose();
    match boot_with(machine, initramfs, accelerator, hear) {
        Err(BootError::Qemu { words })
            if accelerator == Accelerator::Kvm && machine.accel == Accel::Auto =>
        {
            let mut booted = boot_with(machine, initramfs, Accelerator::Tcg, hear)?;
            booted
                .notes
                .insert(0, format!("KVM cannot be used here ({words})"));
            Ok(booted)
        }
        booted => booted,
    }
}

fn boot_with(
    machine: &Machine,
    initramfs: &Initramfs,
    accelerator: Accelerator,
    hear: &mut dyn Hear,
) -> Result<Booted, BootError> {
    let job = machine.job(initramfs, accelerator)?;
    let mut listener = Listener {
        initramfs,
        hear,
        console: Console::create(&machine.console)?,
        stage: Stage::Booting,
        running: None,
        up_after: None,
        panic: None,
        over: false,
        notes: Vec::new(),
        words: Vec::new(),
        held: None,
        said: false,
        fault: None,
    };
    let (mut first, mut second) = (Lines::default(), Lines::default());
    let begun = Stopwatch::start();
    let ran = watch(&job, &mut |stream, bytes| {
        match stream {
            Stream::Out => first.push(bytes, |line| listener.kernel(line)),
            Stream::Err => second.push(bytes, |line| listener.frame(line, begun.elapsed())),
        }
        listener.go()
    })
    .map_err(|source| BootError::io(&job.program, source))?;
    first.finish(|line| listener.kernel(line));
    second.finish(|line| listener.frame(line, begun.elapsed()));
    listener.close((machine, accelerator), ran)
}

impl Listener<'_> {
    fn go(&self) -> Go {
        if self.stage == Stage::Done || self.over || self.fault.is_some() {
            Go::Stop
        } else {
            Go::On
        }
    }

    fn keep(&mut self, mark: &str, line: &[u8]) {
        if self.fault.is_none()
            && let Err(error) = self.console.line(mark, line)
        {
            self.fault = Some(error);
        }
    }

    /// Takes a line of the first port.
    fn kernel(&mut self, line: &[u8]) {
        self.said = true;
        self.keep("", line);
        let text = visible_bytes(line);
        if self.panic.is_none()
            && let Some((_, why)) = text.split_once("Kernel panic - not syncing: ")
        {
            self.panic = Some(why.to_owned());
        }
        self.over |= self.panic.is_some() && text.contains("---[ end Kernel panic");
        self.hear.hear(Heard::Console(&text));
    }

    /// Takes a line of the second port.
    fn frame(&mut self, line: &[u8], after: Duration) {
        let frame = frame(line, &self.initramfs.nonce);
        // A long line is whole when another begins.
        if !matches!(frame, Frame::Rest(_)) {
            self.release();
        }
        match frame {
            Frame::Output(bytes) => self.held = Some(bytes),
            Frame::Rest(bytes) => {
                let held = self.held.get_or_insert_default();
                let room = LONGEST.saturating_sub(held.len()).min(bytes.len());
                held.extend_from_slice(&bytes[..room]);
            }
            Frame::Foreign(bytes) => {
                let words = visible_bytes(&bytes);
                self.keep("? ", &bytes);
                if self.words.len() < MOST_NOTES && !words.trim().is_empty() {
                    self.words.push(words);
                }
            }
            Frame::Hello => {
                self.keep("# ", b"up");
                self.stage = Stage::Up;
                self.up_after = Some(after);
            }
            Frame::Note(note) => {
                self.keep("# ", note.as_bytes());
                if self.notes.len() < MOST_NOTES {
                    self.notes.push(note);
                }
            }
            Frame::Begin(number) => self.begin(number),
            Frame::End(number, end) => self.end(number, &end),
            Frame::Done => {
                self.keep("# ", b"done");
                self.stage = Stage::Done;
            }
        }
    }

    /// Hands on the line that waited for its rest.
    fn release(&mut self) {
        if let Some(bytes) = self.held.take() {
            self.keep("|", &bytes);
            if self.running.is_some() {
                self.hear.hear(Heard::Output(&visible_bytes(&bytes)));
            }
        }
    }

    fn begin(&mut self, number: usize) {
        let initramfs = self.initramfs;
        if let Some(name) = initramfs.programs.get(number) {
            self.keep("# begin ", name.as_bytes());
            self.running = Some(number);
            self.hear.hear(Heard::Begin(name));
        }
    }

    fn end(&mut self, number: usize, end: &ProgramEnd) {
        let initramfs = self.initramfs;
        if let Some(name) = initramfs.programs.get(number)
            && self.running == Some(number)
        {
            self.keep("# end ", format!("{name}: {end:?}").as_bytes());
            self.running = None;
            self.hear.hear(Heard::End(name, end));
        }
    }

    /// Says what came of it, and closes the console.
    fn close(
        mut self,
        (machine, accelerator): (&Machine, Accelerator),
        ran: Ran,
    ) -> Result<Booted, BootError> {
        self.release();
        if let Some(fault) = self.fault.take() {
            return Err(fault);
        }
        if ran.end == End::Interrupted && self.stage != Stage::Done {
            return Err(BootError::Interrupted);
        }
        let (outcome, reason) = self.verdict(machine, ran.end);
        // QEMU's own refusal: no guest was there to fail.
        let died = matches!(ran.end, End::Exited(1..128 | 134) | End::Signalled(6));
        if self.stage == Stage::Booting && !self.said && died {
            return Err(BootError::Qemu {
                words: self.words.join("; "),
            });
        }
        if let (Some(number), false) = (self.running, outcome == Outcome::Finished) {
            let end = ProgramEnd::Lost(format!("the guest ended under it: {reason}"));
            self.end(number, &end);
        }
        let (console, tail) = self.console.finish()?;
        Ok(Booted {
            outcome,
            reason,
            accelerator,
            lasted: ran.lasted,
            up_after: self.up_after,
            console,
            tail,
            notes: self.notes,
            by_hand: machine.by_hand(&self.initramfs.path, accelerator),
        })
    }

    /// Reads the outcome out of how QEMU ended and how far the guest had come. Only the guest's own word makes it finished.
    fn verdict(&self, machine: &Machine, end: End) -> (Outcome, String) {
        let up = self.stage != Stage::Booting;
        let words = if self.words.is_empty() {
            String::new()
        } else {
            format!(" ({})", self.words.join("; "))
        };
        if self.stage == Stage::Done {
            return (Outcome::Finished, String::new());
        }
        if let Some(panic) = &self.panic {
            let no_init = panic.starts_with("No working init")
                || panic.starts_with("Requested init")
                || panic.contains("Unable to mount root");
            return match (up, no_init) {
                (true, _) => (Outcome::Panic, format!("the kernel panicked: {panic}")),
                (false, true) => (
                    Outcome::NoBoot,
                    format!("the kernel found no first program: {panic}"),
                ),
                (false, false) => (
                    Outcome::NoBoot,
                    format!("the kernel panicked before its first program: {panic}"),
                ),
            };
        }
        let early = if up {
            ""
        } else {
            ", before the guest's first program"
        };
        let stalled = |outcome| if up { outcome } else { Outcome::NoBoot };
        match end {
            End::Silent => (
                stalled(Outcome::Hang),
                format!(
                    "nothing was said for {} s{early}",
                    machine.silence.as_secs_f32()
                ),
            ),
            End::TotalTime => (
                stalled(Outcome::Timeout),
                format!(
                    "it was not done after {} s{early}",
                    machine.total.as_secs_f32()
                ),
            ),
            End::Exited(code) if code >= 128 => (
                Outcome::Lost,
                format!("QEMU was killed by signal {}{early}", code - 128),
            ),
            End::Signalled(signal) => (
                Outcome::Lost,
                format!("QEMU was killed by signal {signal}{early}"),
            ),
            End::Exited(0) => (
                stalled(Outcome::Lost),
                format!("the guest switched itself off before its end{early}"),
            ),
            End::Exited(code) => (
                stalled(Outcome::Lost),
                format!("QEMU ended with {code}{early}{words}"),
            ),
            End::Memory | End::Processes | End::Stopped | End::Interrupted => {
                (Outcome::Lost, format!("QEMU was stopped{early}"))
            }
        }
    }
}
