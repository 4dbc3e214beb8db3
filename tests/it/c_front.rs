//! Damaged C: whatever stands in a file, reading it ends, soon, and without a panic.

#[path = "../../benches/fuzz_c/mutate.rs"]
mod mutate;

use crate::kernels;
use crate::sandbox::small_tree;
use mutate::damage;
use proptest::prelude::*;
use pteward::audit::Auditor;
use pteward::tree::directory::DirectorySource;
use std::path::Path;
use std::sync::LazyLock;

static AUDITOR: LazyLock<Auditor> =
    LazyLock::new(|| Auditor::new(&DirectorySource::open(small_tree()).unwrap()).unwrap());

/// Specimens, and some files of a real kernel where one is at hand.
static TEXTS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let mut texts: Vec<Vec<u8>> = [
        include_str!("../data/verdicts/callers.c"),
        include_str!("../data/verdicts/two-levels.c"),
        include_str!("../data/contracts/walkers.c"),
        include_str!("../data/matrix/tellers.c"),
        include_str!("../data/vocabulary/makers.h"),
    ]
    .map(|text| text.as_bytes().to_vec())
    .into();
    for version in ["6.12", "7.2"] {
        let kernel = kernels::kept().join(format!("unpacked-{version}"));
        for file in [
            "mm/page_vma_mapped.c",
            "mm/page_idle.c",
            "mm/rmap.c",
            "include/linux/swapops.h",
        ] {
            texts.extend(std::fs::read(Path::new(&kernel).join(file)));
        }
    }
    texts
});

/// Steps that following entries through a text may take: a few for each point, kind and level, and points are made of bytes.
fn bound(bytes: usize) -> u64 {
    4_000 * (bytes as u64 + 100)
}

fn ends(text: &[u8]) {
    let probe = AUDITOR.probe(text);
    assert!(
        probe.points <= 8 * (text.len() as u64 + 100),
        "{probe:?} of {} bytes",
        text.len()
    );
    assert!(
        probe.steps <= bound(text.len()),
        "{probe:?} of {} bytes",
        text.len()
    );
}

#[test]
fn what_is_whole_is_read() {
    for text in TEXTS.iter() {
        ends(text);
    }
    assert!(AUDITOR.probe(&TEXTS[0]).functions > 20);
    let deep = [b"void f(void) {".to_vec(), b"{ if (x) ".repeat(3_000)].concat();
    ends(&deep);
    ends(
        &[
            b"int f(void) { return ".to_vec(),
            b"(".repeat(20_000),
            b"; }".to_vec(),
        ]
        .concat(),
    );
}

/// One function with a walker's cursor around `body`.
fn walking(body: &str) -> Vec<u8> {
    format!("static int f(struct page_vma_mapped_walk *pvmw, int a)\n{{\n{body}\n}}\n").into_bytes()
}

#[test]
fn what_is_whole_and_very_deep_or_long_is_read() {
    let nested = |open: &str, inner: &str, close: &str, n: usize| {
        format!("{}{inner}{}", open.repeat(n), close.repeat(n))
    };
    for body in [
        format!("return {};", nested("(", "a", ")", 20_000)),
        // Either answer of each: read twice each time, this would never end.
        format!("return {};", nested("(", "g()", " ?: h())", 60)),
        format!("return {};", nested("(", "a", ")->b = c", 40)),
        format!("return a{};", " + a".repeat(20_000)),
        format!("if (a) g(); {}", "else if (h()) g(); ".repeat(3_000)),
        nested("do { ", "g();", " } while (h());", 3_000),
        (0..2_000).map(|n| format!("int l{n} = g();\n")).collect(),
        "if (page_vma_mapped_walk(pvmw)) g(pvmw->pte);\n".repeat(300),
        nested("#if A\ng();\n#else\n", "h();\n", "#endif\n", 1_000),
    ] {
        ends(&walking(&body));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damaged_text_is_read(which in any::<prop::sample::Index>(), seed in any::<u64>()) {
        ends(&damage(&TEXTS[which.index(TEXTS.len())], seed));
    }

    #[test]
    fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..2_000)) {
        ends(&bytes);
    }

    #[test]
    fn any_soup_of_words_is_read(
        words in proptest::collection::vec(
            prop::sample::select(vec![
                "if", "else", "while", "do", "for", "switch", "case", "default", ":", "goto", "x", "pvmw", "->", "pte", "(", ")",
                "{", "}", ";", "=", "&&", "||", "?", ",", "return", "#if A\n", "\n#else\n", "\n#endif\n", "/*", "\"", "'", "*", "&",
                "page_vma_mapped_walk", "pte_present", "pte_pfn", "!", "static", "void", "0", "({", "})", "\\\n",
            ]),
            0..300,
        ),
    ) {
        let text = format!("static void f(struct page_vma_mapped_walk *pvmw)\n{{\n{}\n}}\n", words.join(" "));
        ends(text.as_bytes());
    }
}
