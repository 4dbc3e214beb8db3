//! MARC, as HTML or text: `List:`, `Subject:`, `From:`, `Date:`, addresses as `user () host ! tld`, links above and below.

use super::headed;
use super::post::Post;
use super::shape::Page;

/// Links that stand above and below every mail.
const LINKS: &str = "[prev in list]";

/// Says whether the page is of this shape.
pub(super) fn recognise(page: &Page<'_>) -> bool {
    let first = (0..page.lines.len())
        .map(|at| page.lines.get(at))
        .find(|line| !line.is_empty());
    first.is_some_and(|line| line.starts_with(LINKS)) && headed::head(&page.lines).is_some()
}

/// Reads the mail; it ends where the links come again.
pub(super) fn read(page: &Page<'_>) -> Vec<Post> {
    let lines = &page.lines;
    let Some(head) = headed::head(lines) else {
        return Vec::new();
    };
    let foot = (head.body..lines.len())
        .rev()
        .find(|&at| lines.get(at).starts_with(LINKS));
    vec![headed::post(lines, &head, foot.unwrap_or(lines.len()))]
}
