//! In: the words of a line that begins a statement, what is open above it. Out: how it can begin, with costs.

use super::lead::{Ranked, tabs};
use super::scan::{Scan, lead};
use super::width::width;

/// Does a line jump away?
fn leaves(line: &[u8]) -> bool {
    let text = line.trim_ascii();
    let jumps: [&[u8]; 5] = [
        b"break;",
        b"return",
        b"goto ",
        b"continue;",
        b"fallthrough;",
    ];
    text.ends_with(b";") && jumps.iter().any(|jump| text.starts_with(jump))
}

pub(super) fn statement(words: &[Vec<u8>], first: &[u8], scan: &Scan, out: &mut Ranked) {
    let Some(open) = scan.stack.last() else {
        if scan.define {
            let last = lead(&scan.last);
            // Behind a statement that went on, the next stands under its begin.
            let begun = if scan.begun.is_empty() {
                last
            } else {
                scan.begun.as_slice()
            };
            if !begun.is_empty() {
                out.push((0, begun.to_vec()));
                out.push((1, last.to_vec()));
            }
            out.push((1, b"\t".to_vec()));
            out.push((3, b"\t\t".to_vec()));
        }
        if let Some(waiting) = scan.waiting.last() {
            out.push((0, tabs(waiting, 1)));
        }
        out.push((2, b"\t".to_vec()));
        return;
    };
    if first.starts_with(b"}") {
        out.push((0, open.statement.clone()));
        out.push((1, open.line.clone()));
        return;
    }
    if let Some(waiting) = scan.waiting.last() {
        out.push((
            0,
            if first.starts_with(b"{") {
                waiting.clone()
            } else {
                tabs(waiting, 1)
            },
        ));
    }
    if first == b"else" {
        out.extend(scan.ended.iter().rev().map(|ended| (0, ended.clone())));
    }
    let switch = first == b"case" || first.starts_with(b"default:");
    if switch {
        match &open.case {
            Some(case) => out.push((0, case.clone())),
            None => out.push((0, open.statement.clone())),
        }
    }
    let last_word = words.last().map_or(&b""[..], Vec::as_slice);
    if words.len() == 1 && last_word.ends_with(b":") && !switch {
        out.push((1, b" ".to_vec()));
    }
    if first.starts_with(b"/*") && scan.waiting.is_empty() && leaves(&scan.last) {
        // Nothing follows a jump but the next case.
        out.extend(open.case.iter().map(|case| (0, case.clone())));
    }
    let inside = if scan.waiting.is_empty() { 0 } else { 4 };
    match &open.case {
        Some(case) => out.push((inside, tabs(case, 1))),
        None if open.list && scan.last_code.len() > open.statement.len() => {
            out.push((inside, scan.last_code.clone()));
        }
        None => {}
    }
    if open.list && scan.last.ends_with(b"{") {
        out.extend(far_right(&scan.last).map(|white| (4, white)));
    }
    out.push((
        inside + u32::from(open.case.is_some()) * 2,
        tabs(&open.statement, 1),
    ));
}

/// Parts of a list below a brace far to the right begin there, as near as tabs come.
fn far_right(line: &[u8]) -> Option<Vec<u8>> {
    let stops = width(line, 0).saturating_sub(1) / 8;
    (3..=16).contains(&stops).then(|| vec![b'\t'; stops])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_may_stand_below_its_brace() {
        let mut scan = Scan::default();
        scan.feed(b"static const char * const names[2] = {");
        let mut out = Vec::new();
        statement(&[b"\"one\",".to_vec()], b"\"one\",", &scan, &mut out);
        assert!(out.contains(&(0, b"\t".to_vec())), "{out:?}");
        assert!(out.contains(&(4, vec![b'\t'; 4])), "{out:?}");
    }
}
