//! In: a subject as posted. Out: its tags read, and what is left.

/// What a subject says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    /// Without tags and `Re:`.
    pub(super) title: String,
    /// `v5` → 5.
    pub(super) version: Option<u32>,
    /// `5/8` → (5, 8).
    pub(super) part: Option<(u32, u32)>,
    /// Is RFC among the tags?
    pub(super) rfc: bool,
    /// Is any tag one of a patch (`PATCH`, `RFC`, a version or a part)?
    pub(super) patch: bool,
    /// Does it begin with `Re:`, `Fwd:` or the like?
    pub(super) reply: bool,
}

/// The longest series that is believed; a larger total is no total.
const MAX_TOTAL: u32 = 9_999;

/// Beginnings by which mail programs mark replies and forwards.
const REPLIES: &[&str] = &["re:", "aw:", "sv:", "fwd:", "fw:", "re[2]:"];

/// Reads a subject.
pub(super) fn parse(text: &str) -> Subject {
    let mut out = Subject::default();
    let mut rest = text.trim();
    loop {
        let reply = REPLIES.iter().find(|mark| {
            rest.get(..mark.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(mark))
        });
        if let Some(mark) = reply {
            out.reply = true;
            rest = rest[mark.len()..].trim_start();
            continue;
        }
        let Some((tag, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        else {
            break;
        };
        let mut seen = Subject::default();
        take_tag(tag, &mut seen);
        // Behind the patch's tags a bracket belongs to the title; before them it is a list's name.
        if out.patch && !seen.patch {
            break;
        }
        if !seen.patch && !leads_to_patch_tag(behind) {
            break;
        }
        out.version = seen.version.or(out.version);
        out.part = seen.part.or(out.part);
        out.rfc |= seen.rfc;
        out.patch |= seen.patch;
        rest = behind.trim_start();
    }
    rest.trim().clone_into(&mut out.title);
    out
}

/// Says whether further brackets, one of a patch among them, follow directly.
fn leads_to_patch_tag(text: &str) -> bool {
    let mut rest = text.trim_start();
    for _ in 0..8 {
        let Some((tag, behind)) = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'))
        else {
            return false;
        };
        let mut seen = Subject::default();
        take_tag(tag, &mut seen);
        if seen.patch {
            return true;
        }
        rest = behind.trim_start();
    }
    false
}

/// Takes in the words of one bracket.
fn take_tag(tag: &str, out: &mut Subject) {
    for word in tag.split([' ', ',', '\t']).filter(|word| !word.is_empty()) {
        let lower = word.to_ascii_lowercase();
        // `PATCHv3`, `RFC-v2`, `RFC/PATCH`.
        let mut rest = lower.as_str();
        loop {
            let before = rest;
            rest = rest.trim_start_matches(['-', '/', '_']);
            if let Some(behind) = rest
                .strip_prefix("patchset")
                .or_else(|| rest.strip_prefix("patches"))
                .or_else(|| rest.strip_prefix("patch"))
            {
                out.patch = true;
                rest = behind;
            } else if let Some(behind) = rest.strip_prefix("rfc") {
                (out.rfc, out.patch) = (true, true);
                rest = behind;
            }
            if rest == before || rest.is_empty() {
                break;
            }
        }
        if rest == "resend" {
            out.patch = true;
        } else if let Some(version) = rest
            .strip_prefix('v')
            .and_then(|digits| digits.parse().ok())
        {
            out.version = Some(version);
            out.patch = true;
        } else if let Some((number, total)) = rest.split_once('/') {
            let read = |text: &str| {
                text.parse::<u32>()
                    .ok()
                    .filter(|number| *number <= MAX_TOTAL)
            };
            if let (Some(number), Some(total)) = (read(number), read(total)) {
                out.part = Some((number, total));
                out.patch = true;
            }
        }
    }
}

/// Makes a name of a title: ASCII letters and digits, hyphens between, at most `longest` bytes.
pub(super) fn slug(title: &str, longest: usize) -> String {
    let mut out = String::new();
    for c in title.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.ends_with('-') && !out.is_empty() && c != '\'' {
            out.push('-');
        }
    }
    if out.len() > longest {
        out.truncate(longest);
        // A word cut in the middle reads worse than one missing.
        if let Some(at) = out.rfind('-').filter(|&at| at > longest / 2) {
            out.truncate(at);
        }
    }
    let out = out.trim_matches('-');
    if out.is_empty() {
        "series".to_owned()
    } else {
        out.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_tags_of_every_shape() {
        let cases = [
            (
                "[PATCH v5 5/8] mm: x",
                "mm: x",
                Some(5),
                Some((5, 8)),
                false,
            ),
            ("[PATCH 3/9] mm: x", "mm: x", None, Some((3, 9)), false),
            (
                "[RFC PATCH net-next v2 01/12] x",
                "x",
                Some(2),
                Some((1, 12)),
                true,
            ),
            ("[PATCH v6,19/24] x", "x", Some(6), Some((19, 24)), false),
            ("[PATCH RESEND] x", "x", None, None, false),
            ("[PATCH] x", "x", None, None, false),
            ("[RFC v2 PATCH 2/4] x", "x", Some(2), Some((2, 4)), true),
            ("[PATCHv3 1/2] x", "x", Some(3), Some((1, 2)), false),
            ("[RFC][PATCH 1/2] x", "x", None, Some((1, 2)), true),
            (
                "[some-list] [PATCH v2 0/3] x",
                "x",
                Some(2),
                Some((0, 3)),
                false,
            ),
            (
                "[HMM v13 12/18] mm/hmm: x",
                "mm/hmm: x",
                Some(13),
                Some((12, 18)),
                false,
            ),
            ("[PATCH 5.10 013/133] x", "x", None, Some((13, 133)), false),
            (
                "[PATCH 1/2] [media] x",
                "[media] x",
                None,
                Some((1, 2)),
                false,
            ),
            ("[RFC/PATCH 1/2] x", "x", None, Some((1, 2)), true),
        ];
        for (text, title, version, part, rfc) in cases {
            let subject = parse(text);
            assert_eq!(
                (
                    subject.title.as_str(),
                    subject.version,
                    subject.part,
                    subject.rfc
                ),
                (title, version, part, rfc),
                "{text}"
            );
            assert!(subject.patch && !subject.reply, "{text}");
        }
    }

    #[test]
    fn what_is_no_patch_is_told() {
        assert!(parse("Re: [PATCH 1/2] x").reply);
        assert!(parse("[PATCH 1/2] x").patch);
        assert!(!parse("[media] x").patch);
        assert_eq!(parse("[media] x").title, "[media] x");
        assert!(!parse("mm: x").patch);
        assert_eq!(
            parse("[PATCH 1/4000000000] x").part,
            None,
            "nobody posts that many"
        );
        assert_eq!(parse("[").title, "[");
        assert_eq!(parse("").title, "");
    }

    #[test]
    fn slugs_are_names() {
        assert_eq!(
            slug("mm: Device exclusive memory access", 60),
            "mm-device-exclusive-memory-access"
        );
        assert_eq!(slug("äöü", 60), "series");
        assert!(slug(&"word ".repeat(40), 56).len() <= 56);
    }
}
