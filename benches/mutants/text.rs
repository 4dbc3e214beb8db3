//! A function's syntax tree over a whole file's text, and changes to that text.

use std::collections::BTreeMap;
use std::ops::Range;
use tree_sitter::{Node, Parser, Tree};

/// One change: pieces of the file that are replaced.
#[derive(Clone, Debug)]
pub(crate) struct Change {
    /// Kind of change.
    pub(crate) family: &'static str,
    /// The level that it is about: `PTE`, `PMD`, or both.
    pub(crate) level: &'static str,
    /// Kind, place and what it was.
    pub(crate) label: String,
    /// Replacements, not overlapping.
    pub(crate) pieces: Vec<(Range<usize>, String)>,
}

impl Change {
    /// Gives the changed text.
    pub(crate) fn apply(&self, whole: &str) -> String {
        let mut pieces = self.pieces.clone();
        pieces.sort_by_key(|(range, _)| (range.start, range.end));
        let mut out = String::new();
        let mut at = 0;
        for (range, new) in pieces {
            out.push_str(&whole[at..range.start]);
            out.push_str(&new);
            at = range.end;
        }
        out.push_str(&whole[at..]);
        out
    }
}

/// One function of a file, parsed by itself.
pub(crate) struct Parsed {
    tree: Tree,
    /// Its text.
    pub(crate) text: String,
    /// Where it begins in the file.
    pub(crate) start: usize,
}

/// Parses the functions of a file that have a body, by name. Each is parsed alone: what the grammar does not
/// understand elsewhere does no harm.
pub(crate) fn functions(whole: &str) -> BTreeMap<String, Parsed> {
    let outline = pteward::syntax::outline(whole.as_bytes(), &|_| None);
    let mut out = BTreeMap::new();
    for function in outline.functions {
        let text = whole[function.span.clone()].to_owned();
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_c::LANGUAGE.into())
            .expect("the grammar fits");
        let Some(tree) = parser.parse(&text, None) else {
            continue;
        };
        let parsed = Parsed {
            tree,
            text,
            start: function.span.start,
        };
        out.entry(function.name).or_insert(parsed);
    }
    out
}

impl Parsed {
    /// Gives all nodes of a kind, outer before inner.
    pub(crate) fn all(&self, kind: &str) -> Vec<Node<'_>> {
        let mut out = Vec::new();
        each(self.tree.root_node(), &mut |node| {
            if node.kind() == kind {
                out.push(node);
            }
        });
        out
    }

    /// Gives a node's text.
    pub(crate) fn of(&self, node: Node<'_>) -> &str {
        &self.text[node.byte_range()]
    }

    /// Gives a range of the function as one of the file.
    pub(crate) fn place(&self, range: Range<usize>) -> Range<usize> {
        self.start + range.start..self.start + range.end
    }

    /// Gives a short name for a node's place: its line in the function and its first words.
    pub(crate) fn label(&self, node: Node<'_>) -> String {
        let words: Vec<&str> = self.of(node).split_whitespace().take(12).collect();
        let text: String = words.join(" ").chars().take(70).collect();
        format!("+{}: {text}", node.start_position().row)
    }
}

/// Hands every node to `see`.
pub(crate) fn each<'t>(node: Node<'t>, see: &mut dyn FnMut(Node<'t>)) {
    see(node);
    let mut cursor = node.walk();
    for child in node.children(&mut cursor) {
        each(child, see);
    }
}
