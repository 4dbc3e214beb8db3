//! In: white space. Out: columns, and white space that reaches one.

/// The column behind `text` that begins at `column`, tabs to the next multiple of eight.
pub(in crate::repair) fn width(text: &[u8], column: usize) -> usize {
    text.iter().fold(column, |at, &byte| match byte {
        b'\t' => at / 8 * 8 + 8,
        // Bytes that go on a character take no column.
        0x80..=0xbf => at,
        _ => at + 1,
    })
}

/// White space from column 0 to `column` as the kernel writes it: tabs, then blanks.
pub(in crate::repair) fn indent(column: usize) -> Vec<u8> {
    let mut out = vec![b'\t'; column / 8];
    out.resize(column / 8 + column % 8, b' ');
    out
}

/// Tabs from column `from` to `to`; blanks where no tab ends there.
pub(in crate::repair) fn pad_to(from: usize, to: usize) -> Option<Vec<u8>> {
    if from >= to {
        return None;
    }
    let mut out = Vec::new();
    let mut at = from;
    while at / 8 * 8 + 8 <= to {
        at = at / 8 * 8 + 8;
        out.push(b'\t');
    }
    out.resize(out.len() + to - at, b' ');
    Some(out)
}
