//! In: an added line's words, what is open above it, lines beside it. Out: leading white space, likeliest first.

use super::scan::{Scan, lead};
use super::statement::statement;
use super::style::{Going, Habit, Style, Where, place};
use super::width::{indent, width};

/// What stands around an added line.
pub(in crate::repair) struct Scene<'a> {
    /// What is open behind the lines above.
    pub(in crate::repair) scan: &'a Scan,
    /// How the file does it.
    pub(in crate::repair) style: &'a Style,
    /// A habit to hold to.
    pub(in crate::repair) habit: Habit,
    /// Is it C?
    pub(in crate::repair) c: bool,
    /// The removed lines that it may replace, each with what was open above it.
    pub(in crate::repair) removed: &'a [(Vec<u8>, Scan)],
    /// The next line that stays.
    pub(in crate::repair) next: Option<&'a [u8]>,
}

/// Ways to begin a line, with costs; the cheapest first, each once.
pub(in crate::repair) type Ranked = Vec<(u32, Vec<u8>)>;

/// Leading white space for a line of `words`, which is known not to begin at the margin.
pub(in crate::repair) fn leads(words: &[Vec<u8>], scene: &Scene<'_>) -> Ranked {
    let mut out = Vec::new();
    let machine = by_rule(words, scene);
    let replaced = replaced(words, scene.removed);
    if let Some((old, scan, share)) = &replaced {
        let old_scene = Scene {
            scan,
            style: scene.style,
            habit: Habit::default(),
            c: scene.c,
            removed: &[],
            next: None,
        };
        let old_words: Vec<Vec<u8>> = super::super::image::words(old)
            .map(<[u8]>::to_vec)
            .collect();
        let old_rules = by_rule(&old_words, &old_scene);
        let old_lead = lead(old);
        // By which rule the old line was set tells by which the new one is.
        let rank = old_rules.iter().position(|(_, found)| found == old_lead);
        let follows = rank == Some(0);
        let cost = match (follows, *share >= 60) {
            (true, _) => 2,
            (false, true) => 0,
            (false, false) => 1,
        };
        out.push((cost, old_lead.to_vec()));
        let malus = if follows { 0 } else { 2 };
        out.extend(
            machine
                .iter()
                .map(|(cost, found)| (cost + malus, found.clone())),
        );
    } else {
        out.extend(machine.iter().cloned());
    }
    beside(scene, &mut out);
    settle(out)
}

/// Says whether a line that stays begins as the rules would have it: no sign that the lines above it are misread.
pub(in crate::repair) fn expected(line: &[u8], scan: &Scan, style: &Style) -> bool {
    let words: Vec<Vec<u8>> = super::super::image::words(line)
        .map(<[u8]>::to_vec)
        .collect();
    let white = lead(line);
    let outside =
        scan.stack.is_empty() || words.is_empty() || scan.is_comment() || line.starts_with(b"#");
    let label = words.len() == 1 && words[0].ends_with(b":");
    if outside
        || label
        || scan.stack.last().is_some_and(|open| open.sign != b'{')
        || scan.statement.is_some()
    {
        return true;
    }
    let scene = Scene {
        scan,
        style,
        habit: Habit::default(),
        c: true,
        removed: &[],
        next: None,
    };
    by_rule(&words, &scene)
        .iter()
        .any(|(cost, found)| *cost == 0 && found == white)
}

/// Sorts; keeps each once, the margin never.
fn settle(mut out: Ranked) -> Ranked {
    out.retain(|(_, lead)| !lead.is_empty());
    out.sort_by_key(|(cost, _)| *cost);
    let mut seen: Vec<Vec<u8>> = Vec::new();
    out.retain(|(_, lead)| {
        let new = !seen.contains(lead);
        if new {
            seen.push(lead.clone());
        }
        new
    });
    if out.is_empty() {
        out.push((0, b"\t".to_vec()));
    }
    out
}

/// The removed line most like the words, and how many in a hundred of them it shares.
fn replaced<'a>(
    words: &[Vec<u8>],
    removed: &'a [(Vec<u8>, Scan)],
) -> Option<(&'a [u8], &'a Scan, usize)> {
    let best = removed
        .iter()
        .filter(|(line, _)| !line.is_empty() && !lead(line).is_empty())
        .map(|(line, scan)| {
            let old: Vec<&[u8]> = super::super::image::words(line).collect();
            let shared = words
                .iter()
                .filter(|word| old.contains(&word.as_slice()))
                .count();
            let first = old
                .first()
                .is_some_and(|first| words.first().is_some_and(|word| word == first));
            let total = words.len().max(old.len()).max(1);
            (
                (shared * 100 + if first { 15 } else { 0 }) / total,
                line.as_slice(),
                scan,
            )
        })
        .max_by_key(|(share, _, _)| *share)?;
    (best.0 >= 34).then_some((best.1, best.2, best.0))
}

/// Lines beside it, as a last resort.
fn beside(scene: &Scene<'_>, out: &mut Ranked) {
    let last = lead(&scene.scan.last).to_vec();
    out.push((5, last.clone()));
    out.push((7, [last.as_slice(), b"\t"].concat()));
    if let Some(shorter) = last.strip_suffix(b"\t") {
        out.push((7, shorter.to_vec()));
    }
    if let Some(next) = scene.next {
        out.push((5, lead(next).to_vec()));
        out.push((9, [lead(next), b"\t"].concat()));
    }
    for (old, _) in scene.removed {
        out.push((6, lead(old).to_vec()));
    }
}

pub(super) fn tabs(base: &[u8], more: usize) -> Vec<u8> {
    let mut out = base.to_vec();
    out.resize(base.len() + more, b'\t');
    out
}

fn by_rule(words: &[Vec<u8>], scene: &Scene<'_>) -> Ranked {
    let first = words.first().map_or(&b""[..], Vec::as_slice);
    let scan = scene.scan;
    let mut out = Vec::new();
    let closes = first.starts_with(b"}") && scan.stack.last().is_some_and(|open| open.sign == b'{');
    if scene.c
        && let Some(comment) = &scan.comment
    {
        in_comment(first, scan, comment, &mut out);
    } else if !scene.c {
        plain(scene, &mut out);
    } else if let Some(open) = scan.stack.last().filter(|open| open.sign != b'{') {
        in_brackets(first, scene, open, &mut out);
    } else if scan.statement.is_some() && !closes {
        going_on(first, scene, &mut out);
    } else {
        statement(words, first, scan, &mut out);
    }
    if out.is_empty() {
        out.push((0, lead(&scan.last).to_vec()));
        out.push((1, b"\t".to_vec()));
    }
    settle(out)
}

fn in_comment(first: &[u8], scan: &Scan, comment: &[u8], out: &mut Ranked) {
    let star = |base: &[u8]| [base, b" "].concat();
    if first.starts_with(b"*") {
        let last = scan.last.trim_ascii_start();
        if last.starts_with(b"*") {
            out.push((0, lead(&scan.last).to_vec()));
            out.push((3, star(comment)));
        } else {
            out.push((0, star(comment)));
        }
    } else {
        let last = scan.last.trim_ascii_start();
        if last.starts_with(b"/*") {
            // Text below `/* text`: under the text.
            let begin = last
                .iter()
                .skip(2)
                .take_while(|byte| byte.is_ascii_whitespace())
                .count()
                + 2;
            let column = width(lead(&scan.last), 0) + begin;
            out.push((0, indent(column)));
            out.push((2, star(comment)));
        } else {
            let beside = behind_code(&scan.last);
            let cost = u32::from(beside.is_some());
            out.extend(beside.map(|under| (0, under)));
            out.push((cost, lead(&scan.last).to_vec()));
        }
    }
}

/// White space that puts a line under the text of a comment that began behind the code of the line above.
fn behind_code(above: &[u8]) -> Option<Vec<u8>> {
    let sign = memchr::memmem::rfind(above, b"/*")?;
    let text = &above[sign + 2..];
    let blanks = text.len() - text.trim_ascii_start().len();
    let begins = blanks < text.len() && memchr::memmem::find(text, b"*/").is_none();
    begins.then(|| indent(width(&above[..sign + 2 + blanks], 0)))
}

/// Text that is no C: like the lines beside it.
fn plain(scene: &Scene<'_>, out: &mut Ranked) {
    let last = lead(&scene.scan.last);
    if last.is_empty() {
        out.push((0, b"\t".to_vec()));
        if let Some(next) = scene.next {
            out.push((0, lead(next).to_vec()));
        }
        out.push((3, b"  ".to_vec()));
    } else {
        out.push((0, last.to_vec()));
    }
    let word = scene.scan.last.trim_ascii();
    if matches!(word, b"help" | b"---help---") {
        out.insert(0, (0, [last, b"  "].concat()));
    }
    out.push((2, [last, b"  "].concat()));
    // A list.
    out.push((3, [last, b" "].concat()));
}

fn in_brackets(first: &[u8], scene: &Scene<'_>, open: &super::scan::Open, out: &mut Ranked) {
    let scan = scene.scan;
    if matches!(first.first(), Some(b')' | b']')) {
        out.push((if open.column.is_none() { 0 } else { 2 }, open.line.clone()));
    }
    let place = place(scan).unwrap_or(Where::Call);
    let cost = |going: Going| {
        if let Some(habit) = scene.habit.going_in(place) {
            return if habit == going { 0 } else { 3 };
        }
        // With nothing behind the bracket, there is nothing to align with.
        if open.column.is_some() {
            scene.style.cost(place, going)
        } else {
            u32::from(going != Going::One) * 2
        }
    };
    let aligned = open.column.map(indent);
    // The lines before in the same brackets show how.
    let shown = match &open.going_on {
        Some(before) => {
            out.push((0, before.clone()));
            2
        }
        None => 0,
    };
    if let Some(aligned) = aligned {
        out.push((cost(Going::Aligned) + shown, aligned.clone()));
        let column = width(&aligned, 0);
        let odd = cost(Going::Other);
        out.push((4 + shown, indent(column + 1)));
        out.push((6 + shown, indent(column + 8)));
        out.push((3 + shown, indent(column.saturating_sub(1))));
        // Tabs as far as they go.
        out.push((2 + odd + shown, vec![b'\t'; column / 8]));
        out.push((3 + odd + shown, vec![b'\t'; column.div_ceil(8)]));
        // By an editor that knows no tabs.
        out.push((4 + shown, vec![b' '; column]));
    }
    let base = &open.statement;
    out.push((cost(Going::One) + shown, tabs(base, 1)));
    out.push((cost(Going::Two) + shown, tabs(base, 2)));
    out.push((cost(Going::Two) + 2 + shown, tabs(base, 3)));
    out.push((4 + shown, [base.as_slice(), b"    "].concat()));
    for outer in scan
        .stack
        .iter()
        .rev()
        .skip(1)
        .take_while(|outer| outer.sign != b'{')
    {
        out.extend(outer.column.map(|column| (3 + shown, indent(column))));
        out.extend(outer.going_on.clone().map(|before| (3, before)));
    }
}

fn going_on(first: &[u8], scene: &Scene<'_>, out: &mut Ranked) {
    let scan = scene.scan;
    let base = scan.statement.as_deref().unwrap_or_default();
    if first == b"{" {
        out.push((0, base.to_vec()));
    }
    if let Some(before) = &scan.going_on {
        out.push((0, before.clone()));
    }
    let cost = |going: Going| match scene.habit.going_in(Where::Statement) {
        Some(habit) => u32::from(habit != going) * 3,
        None => scene.style.cost(Where::Statement, going),
    };
    if let Some(column) = scan.after_sign {
        out.push((1 + cost(Going::One), tabs(base, 1)));
        out.push((1 + cost(Going::Aligned), indent(column)));
        out.push((1 + cost(Going::Two), tabs(base, 2)));
    } else {
        out.push((1, tabs(base, 1)));
        out.push((3, tabs(base, 2)));
    }
    out.push((4, [base, b"    "].concat()));
    out.push((6, base.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_behind_code_goes_on_under_its_text() {
        assert_eq!(behind_code(b"\tint x;\t/* all of"), Some(indent(19)));
        assert_eq!(behind_code(b"\tint x;\t/* all */"), None);
        assert_eq!(behind_code(b"\t * all of"), None);
    }
}
