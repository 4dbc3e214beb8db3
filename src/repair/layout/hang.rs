//! In: lines of a comment. Out: how much further in those stand that go on with what a line above began.

use super::comments::is_item;

/// What goes on with a sentence hangs by so much.
const SENTENCE: usize = 2;

/// For each line (its words, the star first), how much further in it stands if what goes on with a sentence hangs;
/// `None` where nothing does.
pub(super) fn sentences(lines: &[Vec<&[u8]>]) -> Option<Vec<usize>> {
    let mut out = vec![0; lines.len()];
    for at in 1..lines.len() {
        let word = lines[at].get(1);
        let begins = word.is_none_or(|word| is_item(word));
        let ended = lines[at - 1].len() < 2 || lines[at - 1].last().is_none_or(|word| ends(word));
        out[at] = if begins || ended { 0 } else { SENTENCE };
    }
    out.iter().any(|&more| more > 0).then_some(out)
}

/// The same where what goes on stands under the text of a list's item; `None` where that is no list of several lines.
pub(super) fn items(lines: &[Vec<&[u8]>]) -> Option<Vec<usize>> {
    let mut under = 0;
    let mut out = Vec::with_capacity(lines.len());
    for line in lines {
        match line.get(1) {
            Some(word) if is_item(word) && line.len() > 2 => {
                under = word.len() + 1;
                out.push(0);
            }
            Some(_) => out.push(under),
            None => out.push(0),
        }
    }
    out.iter().any(|&more| more > 0).then_some(out)
}

/// The word behind a line's label (`Note,`, `Label:`, `@name:`, `name -`), if it has one.
pub(super) fn label(words: &[&[u8]]) -> Option<usize> {
    let ends = |at: usize| words.get(at).is_some_and(|word| word.ends_with(b":"));
    let at = match words.get(1)? {
        word if word.ends_with(b",") || ends(1) || is_item(word) => 2,
        _ if ends(2) || words.get(2).is_some_and(|word| *word == b"-") => 3,
        _ => return None,
    };
    (at < words.len()).then_some(at)
}

/// For each line, the word that begins the second column, if the first line names two processors (or threads) beside
/// each other, and every other line can be told apart.
pub(super) fn cells(lines: &[Vec<&[u8]>]) -> Option<Vec<Option<usize>>> {
    let head = lines.first()?;
    let name = stem(head.get(1)?)?;
    let second = (2..head.len()).find(|&at| stem(head[at]) == Some(name))?;
    let mut out = vec![Some(second)];
    for line in &lines[1..] {
        let ended = |at: &usize| matches!(line[at - 1].last(), Some(b';' | b')' | b','));
        out.push(match line.len() {
            0..=2 => None,
            3 => Some(2),
            _ => Some((2..line.len()).find(ended)?),
        });
    }
    Some(out)
}

/// What a processor is called, without its number.
fn stem(word: &[u8]) -> Option<&[u8]> {
    let letters = word.iter().take_while(|byte| byte.is_ascii_alphabetic());
    let (stem, rest) = word.split_at(letters.count());
    let number = rest
        .iter()
        .all(|&byte| byte.is_ascii_digit() || byte == b':');
    let known = [&b"cpu"[..], b"t", b"task", b"thread", b"process"];
    let fits = known.iter().any(|known| stem.eq_ignore_ascii_case(known));
    (number && fits).then_some(stem)
}

/// Does a sentence end with this word?
fn ends(word: &[u8]) -> bool {
    matches!(word.last(), Some(b'.' | b':' | b'?' | b'!' | b';'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<Vec<&[u8]>> {
        let words = |line: &'_ str| {
            line.to_owned()
                .leak()
                .split(' ')
                .map(str::as_bytes)
                .collect()
        };
        text.split('|').map(words).collect()
    }

    #[test]
    fn a_sentence_goes_on_further_in() {
        let text = lines("* All is well.|* If it is not then|* look again.|* So.");
        assert_eq!(sentences(&text), Some(vec![0, 0, 2, 0]));
        assert_eq!(sentences(&lines("* One.|*|* Two.")), None);
    }

    #[test]
    fn an_item_goes_on_under_its_text() {
        let text = lines("* a list:|* 1) the first that|* goes on|*|* 2) the last");
        assert_eq!(items(&text), Some(vec![0, 0, 3, 0, 0]));
        assert_eq!(items(&lines("* - one|* - two")), None);
    }
}
