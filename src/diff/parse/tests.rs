use super::*;
use crate::diff::{FileChange, LineKind};

fn clean(text: &str) -> Vec<FileDiff> {
    let parsed = parse(text.as_bytes());
    assert_eq!(parsed.problems, [], "{text}");
    parsed.files
}

#[test]
fn reads_what_git_writes() {
    let files = clean(
        "Prose.\n--- a/not a file\n\ndiff --git a/mm/x.c b/mm/x.c\nindex 1234567..89abcde 100644\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,3 +1,3 @@ int f(void)\n one\n-two\n+2\n three\n-- \n2.39.2\n",
    );
    assert_eq!(files.len(), 1);
    assert_eq!(files[0].new_mode, Some(0o100_644));
    assert_eq!(files[0].hunks[0].section, "int f(void)");
    assert_eq!(files[0].hunks[0].lines.len(), 4);
}
