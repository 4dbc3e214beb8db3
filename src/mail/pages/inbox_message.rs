//! One mail on a public-inbox (lore), as HTML or text: headers, `[thread overview]` and `(raw)` beside two of them.

use super::headed;
use super::html::Token;
use super::lines::Lines;
use super::post::Post;
use super::render;
use super::shape::Page;

/// Says whether a line is the page's own, below the mail.
fn is_foot(line: &str) -> bool {
    line.contains("other threads:[")
        || line.starts_with("^ permalink raw reply")
        || line.starts_with("Thread overview:")
        || (line.starts_with("reply") && line.ends_with("[flat|nested]"))
}

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let mut lines = (0..page.lines.len().min(80)).map(|at| page.lines.get(at));
    lines.any(|line| line.starts_with("Message-ID: <") && line.ends_with("(raw)"))
        && headed::head(&page.lines).is_some()
}

/// Reads the mail: in HTML it has an element of its own.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let Some(document) = &page.document else {
        return whole(&page.lines).into_iter().collect();
    };
    let mut from = 0;
    while let Some(range) = document.element(from, |token: &Token| token.opens("pre")) {
        let text = render::text(&document.tokens()[range.clone()]);
        let lines = Lines::new(text.as_bytes());
        if headed::head_at(&lines, 0).is_some() {
            return whole(&lines).into_iter().collect();
        }
        from = range.end;
    }
    Vec::new()
}

fn whole(lines: &Lines<'_>) -> Option<Post> {
    let head = headed::head(lines)?;
    let foot = (head.body..lines.len()).find(|&at| is_foot(lines.get(at)));
    Some(headed::post(lines, &head, foot.unwrap_or(lines.len())))
}
