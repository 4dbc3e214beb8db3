//! In: what make prints, in chunks. Out: its steps counted, its diagnostics in the ledger, all of it in the log.

use super::diagnostic;
use super::ledger::Ledger;
use super::log::Log;
use crate::base::show::visible_bytes;

/// Bytes of a line that are looked at; the rest of it is in the log alone.
const LONGEST: usize = 16 << 10;

/// Hears one run of make.
pub(super) struct Hearing<'h> {
    pub(super) log: &'h mut Log,
    pub(super) ledger: &'h mut Ledger,
    /// Folders whose paths are made relative.
    roots: Vec<String>,
    line: Vec<u8>,
    product: String,
    /// Objects that were made.
    pub(super) objects: u32,
    /// The last line in which make said what it gave up.
    pub(super) gave_up: String,
}

impl<'h> Hearing<'h> {
    pub(super) fn new(log: &'h mut Log, ledger: &'h mut Ledger, roots: Vec<String>) -> Self {
        // What is said before the first step belongs to this run alone.
        ledger.begin("");
        Self {
            log,
            ledger,
            roots,
            line: Vec::new(),
            product: String::new(),
            objects: 0,
            gave_up: String::new(),
        }
    }

    /// Takes some more.
    pub(super) fn hear(&mut self, bytes: &[u8]) {
        self.log.add(bytes);
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LONGEST.saturating_sub(self.line.len());
            self.line.extend_from_slice(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// Takes the end.
    pub(super) fn finish(&mut self) {
        self.end_line();
    }

    fn end_line(&mut self) {
        let bytes = std::mem::take(&mut self.line);
        if bytes.is_empty() {
            return;
        }
        let text = visible_bytes(bytes.trim_ascii_end());
        if let Some((verb, product)) = step(&text) {
            self.ledger.begin(product);
            product.clone_into(&mut self.product);
            // AR bundles what was made; the rest of what ends so is an object that somebody compiled or linked.
            if product.ends_with(".o") && verb != "AR" {
                self.objects += 1;
            }
        } else if let Some(row) = diagnostic::read(&text, &self.roots) {
            self.ledger.add(&self.product, row);
        } else if text.starts_with("make") && text.contains("*** [") && self.gave_up.is_empty() {
            text.clone_into(&mut self.gave_up);
        }
    }
}

/// Reads a line in which kbuild says what it does: two blanks, a word in capitals, blanks, a path.
fn step(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("  ")?;
    let (verb, rest) = rest.split_once(' ')?;
    let is_verb = verb.starts_with(|c: char| c.is_ascii_uppercase())
        && verb
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let rest = rest.trim_start();
    let product = rest.strip_prefix("[M]").unwrap_or(rest).trim_start();
    (is_verb && !product.is_empty() && !product.contains(' ')).then_some((verb, product))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_rows_are_told_apart_however_the_bytes_are_cut() {
        let text = "make[1]: Entering directory '/b'\n  CC      mm/a.o\n/s/mm/a.c:3:1: warning: odd [-Wodd]\n    3 | }\n  \
                    CC [M]  mm/m.o\n  AR      mm/built-in.a\n  LD      vmlinux.o\n/s/mm/b.c:1:1: error: bad\n\
                    make[2]: *** [/s/scripts/Makefile.build:229: mm/b.o] Error 1\nmake: *** [Makefile:1: all] Error 2\n\
                    no line feed";
        for cut in [1, 7, 64, 10_000] {
            let (mut log, mut ledger) = (Log::default(), Ledger::default());
            let mut hearing = Hearing::new(&mut log, &mut ledger, vec!["/s".into()]);
            text.as_bytes()
                .chunks(cut)
                .for_each(|chunk| hearing.hear(chunk));
            hearing.finish();
            assert_eq!(hearing.objects, 3);
            assert_eq!(
                hearing.gave_up,
                "make[2]: *** [/s/scripts/Makefile.build:229: mm/b.o] Error 1"
            );
            let rows = ledger.all();
            assert_eq!(rows.len(), 2);
            assert_eq!(
                (rows[0].file.as_str(), rows[1].flag.as_str()),
                ("mm/b.c", "-Wodd")
            );
            assert_eq!(log.finish(), text.as_bytes());
            ledger.begin("mm/a.o");
            assert_eq!(ledger.all().len(), 1, "the warning was the object's");
        }
    }

    #[test]
    fn endless_lines_cost_nothing() {
        let (mut log, mut ledger) = (Log::default(), Ledger::default());
        let mut hearing = Hearing::new(&mut log, &mut ledger, vec![]);
        for _ in 0..100 {
            hearing.hear(&[b'x'; 4096]);
        }
        assert_eq!(hearing.line.len(), LONGEST);
    }
}
