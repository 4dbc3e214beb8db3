//! In: pieces of why. Out: one sentence a reader takes in.

/// Joins reasons to one sentence.
pub(super) fn add(reason: &mut String, more: &str) {
    if more.is_empty() {
        return;
    }
    if !reason.is_empty() {
        reason.push_str("; ");
    }
    reason.push_str(more);
}

/// Shows a line, cut short.
pub(super) fn brief(text: &[u8]) -> String {
    let shown = crate::base::show::visible_bytes(text.trim_ascii());
    if shown.chars().count() <= 60 {
        shown
    } else {
        shown.chars().take(57).chain("...".chars()).collect()
    }
}
