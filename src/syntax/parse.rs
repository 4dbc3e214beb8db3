//! In: C text. Out: its syntax tree, while someone reads it. Only here is the parser run.
//!
//! The parser's work is bounded by counting, not by a clock: what it gives up on does not hang on the machine.

use std::cell::RefCell;
use std::ops::ControlFlow;
use tree_sitter::{Node as Ts, ParseOptions, ParseState, Parser};

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
}

/// Reports of progress, each of a hundred of the parser's operations, that any text may take.
const REPORTS: usize = 2_000;

/// Bytes of text that allow for one report more.
const BYTES_A_REPORT: usize = 16;

/// Parses `text` and hands the root to `read`. `None` where `read` says so, or where the parser gives up: healing broken code
/// can take it much longer than reading whole code, which takes a report for some hundred bytes.
pub(super) fn with_tree<R>(text: &[u8], read: impl FnOnce(Ts<'_>) -> Option<R>) -> Option<R> {
    let allowed = REPORTS + text.len() / BYTES_A_REPORT;
    PARSER.with(|slot| {
        let mut slot = slot.borrow_mut();
        if slot.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&tree_sitter_c::LANGUAGE.into()).ok()?;
            *slot = Some(parser);
        }
        let tree = bounded(slot.as_mut()?, text, allowed)?;
        read(tree.root_node())
    })
}

fn bounded(parser: &mut Parser, text: &[u8], allowed: usize) -> Option<tree_sitter::Tree> {
    let mut reports = 0;
    let mut count = |_: &ParseState| {
        reports += 1;
        if reports > allowed {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    let options = ParseOptions::new().progress_callback(&mut count);
    let tree = parser.parse_with_options(
        &mut |at, _| text.get(at..).unwrap_or_default(),
        None,
        Some(options),
    );
    if tree.is_none() {
        // Else it would go on with this text when it is handed the next.
        parser.reset();
    }
    tree
}

/// Gives the first node of a kind, from `node` on, in the text's order.
pub(super) fn find_kind<'t>(node: Ts<'t>, kind: &str) -> Option<Ts<'t>> {
    let mut open = vec![node];
    while let Some(node) = open.pop() {
        if node.kind() == kind {
            return Some(node);
        }
        let mut cursor = node.walk();
        let from = open.len();
        open.extend(node.named_children(&mut cursor));
        open[from..].reverse();
    }
    None
}

/// Gives the nodes in `node` that the parser did not understand, in no order.
pub(super) fn errors<'t>(node: Ts<'t>) -> Vec<Ts<'t>> {
    let (mut open, mut out) = (vec![node], Vec::new());
    while let Some(node) = open.pop() {
        if !node.has_error() {
            continue;
        }
        if node.is_error() || node.is_missing() {
            out.push(node);
        }
        let mut cursor = node.walk();
        open.extend(node.children(&mut cursor));
    }
    out
}

/// Gives the named children that are no comments.
pub(super) fn named<'t>(node: Ts<'t>) -> Vec<Ts<'t>> {
    let mut cursor = node.walk();
    node.named_children(&mut cursor)
        .filter(|child| child.kind() != "comment")
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_that_gives_up_is_fresh_again() {
        let mut parser = Parser::new();
        parser
            .set_language(&tree_sitter_c::LANGUAGE.into())
            .unwrap();
        let long = b"int f(void) { return 1; }\n".repeat(200);
        assert!(bounded(&mut parser, &long, 3).is_none());
        let tree = bounded(&mut parser, b"int g(void) { return 2; }", 100).unwrap();
        assert_eq!(tree.root_node().end_byte(), 25);
        assert!(!tree.root_node().has_error());
    }

    #[test]
    fn nodes_come_in_the_order_of_the_text() {
        let text = b"int f(int a) { return g(h(a), k(a)); }";
        let name = with_tree(text, |root| {
            let call = find_kind(root, "call_expression")?;
            Some(text[call.byte_range()].to_vec())
        });
        assert_eq!(name.unwrap(), b"g(h(a), k(a))");
    }
}
