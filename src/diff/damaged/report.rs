//! In: damaged files. Out: which information each hunk lost, from header counts and shape.

use super::{Damage, DamagedFile, DamagedHunk};

/// Fills in every hunk's damage; gives what the whole text lost.
pub(super) fn report(files: &mut [DamagedFile], habits: Damage) -> Damage {
    let mut whole = habits;
    let hunks = || files.iter().flat_map(|file| &file.hunks);
    // What a single short hunk cannot show, the whole text does.
    let any_tab = hunks().any(|hunk| has_gap(hunk, |gap| gap.contains(&b'\t')));
    let any_run = hunks().any(|hunk| has_gap(hunk, |gap| gap.len() > 1 || gap.contains(&b'\t')));
    let any_words = hunks().next().is_some();
    for hunk in files.iter_mut().flat_map(|file| &mut file.hunks) {
        let mut damage = shape(hunk);
        damage.tabs = any_words && !any_tab;
        damage.inner_blanks = any_words && !any_run;
        damage.quoted = habits.quoted;
        damage.escaped = habits.escaped;
        hunk.damage = damage;
        whole.join(damage);
    }
    whole
}

/// Says whether a gap of the hunk's lines is as asked.
fn has_gap(hunk: &DamagedHunk, asked: impl Fn(&[u8]) -> bool) -> bool {
    let mut words = hunk.lines.iter().flat_map(|line| &line.words);
    words.any(|word| asked(&word.gap))
}

/// Says whether letters were replaced: by question marks, or by the sign for what could not be read.
pub fn lost_letters(text: &[u8]) -> bool {
    [&b"??"[..], "\u{fffd}".as_bytes()]
        .iter()
        .any(|sign| memchr::memmem::find(text, sign).is_some())
}

fn shape(hunk: &DamagedHunk) -> Damage {
    let mut damage = Damage::default();
    let body = hunk.lines.get(1..).unwrap_or(&[]);
    let (mut removed, mut added, mut rest, mut unmarked) = (0_u32, 0_u32, 0_u32, false);
    for line in body {
        let text = line.text();
        match text.first() {
            Some(b'-') => removed += 1,
            Some(b'+') => added += 1,
            Some(b' ') => rest += 1,
            Some(b'\\') if line.words.first().is_some_and(|word| word.text == b"\\") => {}
            Some(_) => {
                rest += 1;
                unmarked = true;
            }
            None => rest += 1,
        }
    }
    damage.leading_blanks = unmarked;
    let (old, new) = (removed.saturating_add(rest), added.saturating_add(rest));
    let lines = removed + added + rest;
    let wanted = hunk.old_count.max(hunk.new_count);
    if body.is_empty() || lines.saturating_mul(2) < wanted {
        damage.line_breaks = wanted > 0;
        damage.leading_blanks = wanted > 0;
        damage.blank_lines = wanted > 0;
    } else {
        damage.blank_lines = old < hunk.old_count || new < hunk.new_count;
        damage.wrapped = !hunk.last && (old > hunk.old_count || new > hunk.new_count);
    }
    damage.entities =
        hunk.lines.iter().flat_map(|line| &line.words).any(|word| {
            super::restore_entities(&word.text) != word.text || lost_letters(&word.text)
        });
    damage
}
