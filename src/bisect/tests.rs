//! The search against an oracle that looks at every state.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// Answers from a list, and keeps who was asked.
struct List<'l> {
    answers: &'l [Answer],
    asked: Vec<usize>,
}

impl Probe for List<'_> {
    type Error = usize;

    fn ask(&mut self, k: usize) -> Result<Answer, usize> {
        self.asked.push(k);
        self.answers.get(k).copied().ok_or(k)
    }
}

fn search(answers: &[Answer]) -> (Conclusion, Vec<usize>) {
    let mut search = Search::new(answers.len() - 1);
    let mut probe = List {
        answers,
        asked: Vec::new(),
    };
    let conclusion = run(&mut search, &mut probe).unwrap();
    assert_eq!(search.steps(), probe.asked.len());
    (conclusion, probe.asked)
}

fn read(text: &str) -> Vec<Answer> {
    text.chars()
        .map(|c| match c {
            'g' => Answer::Good,
            'b' => Answer::Bad,
            _ => Answer::Skip,
        })
        .collect()
}

#[test]
fn plain_searches() {
    let table = [
        ("gb", Conclusion::Culprit(1)),
        ("ggggbbbbb", Conclusion::Culprit(4)),
        ("gsb", Conclusion::Suspects(vec![1, 2])),
        ("ggssbb", Conclusion::Suspects(vec![2, 3, 4])),
        ("gggg", Conclusion::GoodToTheEnd),
        ("bbbb", Conclusion::BadFromTheStart),
        ("sbbb", Conclusion::EndUntold(0)),
        ("gggs", Conclusion::EndUntold(3)),
        ("b", Conclusion::BadFromTheStart),
        ("g", Conclusion::GoodToTheEnd),
    ];
    for (text, conclusion) in table {
        assert_eq!(search(&read(text)).0, conclusion, "{text}");
    }
}

#[test]
fn what_is_known_is_not_asked() {
    let answers = read("gggggbbbb");
    let mut search = Search::new(8);
    for k in [0, 4, 8] {
        search.answer(k, answers[k]);
    }
    let mut probe = List {
        answers: &answers,
        asked: Vec::new(),
    };
    assert_eq!(run(&mut search, &mut probe), Ok(Conclusion::Culprit(5)));
    assert!(
        probe.asked.iter().all(|k| ![0, 4, 8].contains(k)),
        "{:?}",
        probe.asked
    );
    let mut fails = List {
        answers: &answers[..3],
        asked: Vec::new(),
    };
    assert_eq!(run(&mut Search::new(8), &mut fails), Err(8));
}

#[test]
fn a_fault_that_comes_and_goes_is_told() {
    let mut search = Search::new(5);
    for (k, answer) in read("gbbggb").into_iter().enumerate() {
        search.answer(k, answer);
    }
    assert_eq!(
        search.conclusion(),
        Some(Conclusion::NotMonotone { bad: 1, good: 4 })
    );
}

proptest! {
    #[test]
    fn agrees_with_the_oracle(first in 1..40usize, more in 0..40usize, skips in proptest::collection::btree_set(1..79usize, 0..60)) {
        let last = first + more;
        let answers: Vec<Answer> = (0..=last).map(|k| match k {
            k if skips.contains(&k) && k != 0 && k != last => Answer::Skip,
            k if k < first => Answer::Good,
            _ => Answer::Bad,
        }).collect();
        // Every state that can be the first bad one, as far as all answers together tell.
        let good = (0..=last).rev().find(|k| answers[*k] == Answer::Good).unwrap();
        let bad = (0..=last).find(|k| answers[*k] == Answer::Bad).unwrap();
        let oracle: Vec<usize> = (good + 1..=bad).collect();
        let (conclusion, asked) = search(&answers);
        match conclusion {
            Conclusion::Culprit(k) => prop_assert_eq!(vec![k], oracle),
            Conclusion::Suspects(list) => prop_assert_eq!(list, oracle),
            other => prop_assert!(false, "{other:?}"),
        }
        prop_assert_eq!(asked.iter().collect::<BTreeSet<_>>().len(), asked.len(), "asked twice");
        let told = asked.iter().filter(|k| answers[**k] != Answer::Skip).count();
        prop_assert!(told <= 3 + usize::BITS as usize - last.leading_zeros() as usize + skips.len());
        if skips.is_empty() {
            prop_assert!(asked.len() <= 2 + (usize::BITS - last.leading_zeros()) as usize);
        }
    }

    #[test]
    fn any_answers_end_somewhere(answers in proptest::collection::vec(0..3u8, 1..40)) {
        let answers: Vec<Answer> = answers.iter().map(|a| [Answer::Good, Answer::Bad, Answer::Skip][*a as usize]).collect();
        let (_, asked) = search(&answers);
        prop_assert!(asked.len() <= answers.len());
    }
}
