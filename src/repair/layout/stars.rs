//! In: lines of a comment. Out: the same lines with their text further in or out, in the ways that comments have.

use super::hang;
use super::parts::{Alike, Parts};
use super::ways::{Kind, Way};
use super::width::{pad_to, width};

/// Blanks behind a comment's star at most.
const STAR: usize = 24;
/// The same where lines hang.
const HANG: usize = 8;

/// The text of a comment, further in or out.
pub(super) fn stars(lines: &[&Parts], out: &mut Vec<Alike>) {
    let mut with = |way: Way, set: &dyn Fn(&[u8]) -> Vec<u8>| {
        let set = |line: &&Parts| match line.gaps.first() {
            Some(gap) => line.with(0, &set(gap)),
            None => line.text(),
        };
        out.push((way, lines.iter().map(set).collect()));
    };
    for count in 1..=STAR {
        with(Way::new(Kind::Star, count), &|_| vec![b' '; count]);
    }
    for (number, gap) in [&b"\t"[..], b"\t\t", b" \t", b"\t "].iter().enumerate() {
        with(Way::new(Kind::Star, STAR + 1 + number), &|_| gap.to_vec());
    }
    if lines.len() > 1 {
        for more in 1..=8 {
            with(Way::new(Kind::StarMore, more), &|gap| {
                [gap, &vec![b' '; more]].concat()
            });
        }
        with(Way::new(Kind::StarMore, 0), &|gap| {
            gap[usize::from(gap.len() > 1)..].to_vec()
        });
        hanging(lines, out);
        under(lines, out);
        table(lines, out);
    }
    for blanks in 1..=2 {
        let set = |line: &&Parts| {
            let lead = [line.lead.as_slice(), &vec![b' '; blanks]].concat();
            line.set(Some(&lead), None)
        };
        out.push((
            Way::new(Kind::StarLead, blanks),
            lines.iter().map(set).collect(),
        ));
    }
}

/// The text of a comment, with what goes on with something further in than that.
fn hanging(lines: &[&Parts], out: &mut Vec<Alike>) {
    let words: Vec<Vec<&[u8]>> = lines.iter().map(|line| line.borrowed()).collect();
    let ways = [
        (Kind::Hang, hang::sentences(&words)),
        (Kind::List, hang::items(&words)),
    ];
    for (kind, more) in ways {
        let Some(more) = more else { continue };
        for count in 1..=HANG {
            let set = |(line, more): (&&Parts, &usize)| match line.gaps.first() {
                Some(_) => line.with(0, &vec![b' '; count + more]),
                None => line.text(),
            };
            let texts = lines.iter().zip(&more).map(set).collect();
            out.push((Way::new(kind, count), texts));
        }
    }
}

/// What goes on below a line's label under the text behind that, its sentences hanging or not.
fn under(lines: &[&Parts], out: &mut Vec<Alike>) {
    let first = lines[0];
    let Some(at) = hang::label(&first.borrowed()) else {
        return;
    };
    let from = first.column(1);
    let blanks = width(&first.gaps[at - 1], first.column(at)) - from;
    let words: Vec<Vec<&[u8]>> = lines.iter().map(|line| line.borrowed()).collect();
    let flat = Some(vec![0; lines.len()]);
    for (number, more) in [flat, hang::sentences(&words[1..])].into_iter().enumerate() {
        let Some(more) = more else { continue };
        let rest = lines[1..].iter().zip(&more);
        let rest = rest.map(|(line, more)| match line.gaps.first() {
            Some(_) => line.with(0, &vec![b' '; blanks + more]),
            None => line.text(),
        });
        let texts = std::iter::once(first.text()).chain(rest).collect();
        out.push((Way::new(Kind::Under, number), texts));
    }
}

/// What several processors do, each in a column of its own.
fn table(lines: &[&Parts], out: &mut Vec<Alike>) {
    let words: Vec<Vec<&[u8]>> = lines.iter().map(|line| line.borrowed()).collect();
    let Some(cells) = hang::cells(&words) else {
        return;
    };
    for blanks in 1..=3 {
        let behind = |(line, cell): (&&Parts, &Option<usize>)| {
            let mut line = (*line).clone();
            if let Some(gap) = line.gaps.first_mut() {
                *gap = vec![b' '; blanks];
            }
            let column = line.column(cell.unwrap_or(line.words.len()));
            (line, column)
        };
        let set: Vec<(Parts, usize)> = lines.iter().zip(&cells).map(behind).collect();
        let longest = set.iter().map(|(_, column)| *column).max().unwrap_or(0);
        for more in 0..=2 {
            let stop = longest / 8 * 8 + 8 + more * 8;
            let text = |((line, column), cell): (&(Parts, usize), &Option<usize>)| {
                let gap = pad_to(*column, stop);
                match cell.zip(gap) {
                    Some((cell, gap)) => line.with(cell - 1, &gap),
                    None => line.text(),
                }
            };
            let texts = set.iter().zip(&cells).map(text).collect();
            out.push((Way::new(Kind::Table, blanks * 3 + more), texts));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::tests::alike;

    #[test]
    fn what_goes_on_below_a_label_hangs_under_its_text() {
        let found = alike(&[
            " * Note, it is so",
            " * here.",
            " * But if not",
            " * it is.",
        ]);
        let plain = " * Note, it is so\n *       here.\n *       But if not\n *       it is.";
        let hanging = " * Note, it is so\n *       here.\n *       But if not\n *         it is.";
        assert!(found.contains(&plain.to_owned()));
        assert!(found.contains(&hanging.to_owned()));
    }

    #[test]
    fn a_list_stands_further_in() {
        let found = alike(&[" * - one that", " * goes on", " * - two"]);
        assert!(found.contains(&" *  - one that\n *    goes on\n *  - two".to_owned()));
    }

    #[test]
    fn two_processors_have_a_column_each() {
        let found = alike(&[" * CPU 0 CPU 1", " * lock(a); lock(b);"]);
        let want = " *  CPU 0\t\tCPU 1\n *  lock(a);\t\tlock(b);";
        assert!(found.contains(&want.to_owned()), "{found:?}");
    }
}
