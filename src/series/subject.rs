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
    /// Is it marked as sent again?
    pub(super) resend: bool,
    /// Does it say that it only amends a patch (`1/3 fixup`)?
    pub(super) amends: bool,
    /// The other words of its tags, in small letters: trees, branches.
    pub(super) tags: Vec<String>,
}

/// The longest series that is believed; a larger total is no total.
const MAX_TOTAL: u32 = 9_999;

/// Words by which mail programs mark replies and forwards.
const REPLIES: &[&str] = &[
    "re", "aw", "sv", "fwd", "fw", "antw", "odp", "回复", "答复", "转发", "回覆", "轉寄",
];

/// Words by which some do, and that may as well be a subsystem's name: they count before a bracket only.
const REPLIES_TO_TAGS: &[&str] = &[
    "wg", "vs", "vl", "rv", "rif", "tr", "res", "enc", "ynt", "ilt", "ang", "ref", "bls", "r", "i",
    "rép", "réf", "yan", "vb",
];

/// Words in a tag by which a mail amends a patch, and does not post one anew.
const AMENDS: &[&str] = &[
    "fixup",
    "fix",
    "amend",
    "squash",
    "replacement",
    "replace",
    "addendum",
    "followup",
    "follow-up",
    "incremental",
    "alternative",
];

/// Takes one mark of a reply off.
fn behind_reply(text: &str) -> Option<&str> {
    let end = text.find([':', '\u{ff1a}'])?;
    let (word, rest) = text.split_at(end);
    let rest = rest.trim_start_matches([':', '\u{ff1a}']).trim_start();
    // `Re[2]`, `Re^2`, `Re (2)`.
    let counted = |c: char| c.is_ascii_digit() || "[]^() ".contains(c);
    let word = word.trim_end_matches(counted).to_lowercase();
    let known = REPLIES.contains(&word.as_str());
    let before_tag = rest.starts_with('[') && REPLIES_TO_TAGS.contains(&word.as_str());
    (known || before_tag).then_some(rest)
}

/// Reads a subject.
pub(super) fn parse(text: &str) -> Subject {
    let mut out = Subject::default();
    let mut rest = text.trim();
    loop {
        // Behind a patch's tags it is the title that begins so.
        if !out.patch
            && let Some(behind) = behind_reply(rest)
        {
            out.reply = true;
            rest = behind;
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
        out.resend |= seen.resend;
        out.amends |= seen.amends;
        if seen.patch {
            out.tags.append(&mut seen.tags);
        }
        rest = behind.trim_start();
    }
    out.amends |= ["fixup!", "squash!", "amend!"]
        .iter()
        .any(|mark| rest.starts_with(mark));
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
    // Some count `1 of 2`.
    let tag = tag.replace(" of ", "/");
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
        if matches!(rest, "resend" | "repost" | "resent") {
            (out.resend, out.patch) = (true, true);
        } else if AMENDS.contains(&rest) {
            out.amends = true;
        } else if let Some(version) = rest
            .strip_prefix('v')
            .and_then(|digits| digits.split('.').next()?.parse().ok())
        {
            // `v2.1` is a second one of `v2`, and no part of it.
            if rest.contains('.') {
                out.tags.push(rest.to_owned());
            }
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
            } else {
                out.tags.push(rest.to_owned());
            }
        } else if !rest.is_empty() {
            out.tags.push(rest.to_owned());
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
