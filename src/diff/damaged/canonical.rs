//! In: a word of a page or of a tree. Out: what is left of it whichever way an archive damaged it, to compare.

use super::entity;

/// A word as the worst archive leaves it, hashed. Compare again by [`canonical`] where a collision could hurt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Canonical(pub u64);

impl Canonical {
    /// Damages and hashes `word`.
    pub fn of(word: &[u8]) -> Self {
        // Most words hold nothing that any archive damages.
        if word
            .iter()
            .all(|&byte| byte.is_ascii() && !matches!(byte, b'&' | b'?' | b'@'))
        {
            return Self(hash(word));
        }
        Self(hash(&canonical(word)))
    }
}

/// FNV-1a: short words, no hostile tables, since equal hashes are checked again.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |state, &byte| {
        (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Damages `word` in every way at once: entities eaten, letters outside ASCII as one `?`, addresses hidden.
pub fn canonical(word: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(word.len());
    let mut at = 0;
    while at < word.len() {
        let byte = word[at];
        if byte == b'&'
            && let Some((length, sign)) = entity::legacy(&word[at + 1..])
        {
            at += 1 + length;
            at += usize::from(word.get(at) == Some(&b';'));
            push(&mut out, if sign.is_ascii() { sign as u8 } else { b'?' });
            continue;
        }
        if byte == b'@' && out.last().is_some_and(u8::is_ascii_alphanumeric) {
            let keep = out
                .iter()
                .rposition(|&byte| !is_address(byte))
                .map_or(0, |last| last + 1);
            out.truncate(keep);
            out.push(b'@');
            at += 1;
            at += word[at..]
                .iter()
                .take_while(|&&byte| is_address(byte))
                .count();
            continue;
        }
        push(&mut out, if byte.is_ascii() { byte } else { b'?' });
        at += 1;
    }
    out
}

fn push(out: &mut Vec<u8>, byte: u8) {
    if byte != b'?' || out.last() != Some(&b'?') {
        out.push(byte);
    }
}

fn is_address(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')
}
