//! Mangled diffs of our own, read as words.

use super::*;
use crate::diff::FileChange;
use proptest::prelude::*;

const FLAT: &[u8] = b"Fix it. --- a.c | 2 +- diff --git a/a.c b/a.c index 1234567..89abcde 100644 --- a/a.c +++ b/a.c @@ -1,3 +1,3 @@ one - two + deux three diff --git a/n.h b/n.h new file mode 100644 index 0000000..1111111 --- /dev/null +++ b/n.h @@ -0,0 +1 @@ +#define N 1 -- 2.48.1";

#[test]
fn reads_a_diff_on_one_line() {
    let parsed = parse_damaged(FLAT);
    let [first, second] = parsed.files.as_slice() else {
        panic!("{parsed:?}")
    };
    assert_eq!(
        (first.old_path.as_str(), first.new_mode),
        ("a.c", Some(0o100_644))
    );
    assert_eq!(first.index.as_ref().unwrap().new, "89abcde");
    let hunk = &first.hunks[0];
    assert_eq!((hunk.old_start, hunk.old_count, hunk.new_count), (1, 3, 3));
    assert_eq!(hunk.lines.len(), 1);
    assert_eq!(hunk.lines[0].words.len(), 6);
    assert!(hunk.damage.line_breaks && hunk.damage.leading_blanks && !hunk.last);
    assert_eq!(
        (second.change, second.new_path.as_str()),
        (FileChange::Added, "n.h")
    );
    assert_eq!(second.hunks[0].lines[0].words.len(), 3);
    assert!(second.hunks[0].last);
    assert_eq!(&FLAT[parsed.end..], b" -- 2.48.1");
}

#[test]
fn names_that_git_quotes_are_read() {
    let flat = FLAT.to_vec();
    let text = String::from_utf8(flat).unwrap();
    let quoted = text
        .replace("a/a.c", "\"a/\\303\\244.c\"")
        .replace("b/a.c", "\"b/\\303\\244.c\"");
    let parsed = parse_damaged(quoted.as_bytes());
    let file = &parsed.files[0];
    assert_eq!(
        (file.old_path.as_str(), file.new_path.as_str()),
        ("\u{e4}.c", "\u{e4}.c")
    );
    assert_eq!(file.hunks.len(), 1);
    let renamed = "diff --git \"a/\\303\\244.c\" b/o.c similarity index 90% rename from \"\\303\\244.c\" rename to o.c index 1234567..89abcde 100644 --- \"a/\\303\\244.c\" +++ b/o.c @@ -1 +1 @@ -x +y";
    let parsed = parse_damaged(renamed.as_bytes());
    assert_eq!(parsed.files[0].old_path, "\u{e4}.c");
    assert_eq!(parsed.files[0].new_path, "o.c");
}

#[test]
fn reads_quotes_escapes_and_blanks_that_do_not_break() {
    let page = b"> diff --git a/a.c b/a.c\n> --- a/a.c\n> +++ b/a.c\n> @@ -1,2 +1,2 @@\n> \xc2\xa0a-&gt;b\n> -&lt;x\n> +&amp;y\n";
    let parsed = parse_damaged(page);
    assert!(parsed.damage.quoted && parsed.damage.escaped);
    let lines: Vec<Vec<u8>> = parsed.files[0].hunks[0]
        .lines
        .iter()
        .map(DamagedLine::text)
        .collect();
    assert_eq!(lines, [&b""[..], b" a->b", b"-<x", b"+&y"]);
}

#[test]
fn puts_back_what_a_page_took_for_entities() {
    assert_eq!(
        restore_entities("mmu(¬ifier->m);".as_bytes()),
        b"mmu(&notifier->m);"
    );
    assert_eq!(canonical("¬ifier".as_bytes()), canonical(b"&notifier"));
    assert_eq!(
        canonical(b"<xxxx@xxxxxx>"),
        canonical(b"<some.one@example.org>")
    );
}

proptest! {
    #[test]
    fn takes_any_bytes(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _any = parse_damaged(&text);
    }

    #[test]
    fn takes_any_pieces(pieces in proptest::collection::vec(
        proptest::sample::select(vec!["diff --git a/x b/x", "@@ -1,2 +3,4 @@", "index 1234567..1234567", "--- a/x", "+++ b/x", "\n", "-- ", "2.1", "+", "- y", "> ", "&lt;"]), 0..40)
    ) {
        let text = pieces.join(" ");
        let parsed = parse_damaged(text.as_bytes());
        prop_assert!(parsed.end <= text.len());
    }
}
