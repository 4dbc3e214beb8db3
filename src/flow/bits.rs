//! In: what an expression is worth. Out: what is noted where the entry, or its bits, go on in ways that are not followed.

use super::engine::{FindingKind, Flow, RAW_BITS};
use super::eval::holds_entry;
use super::state::{State, Worth};
use crate::syntax::ast::Expr;
use crate::vocabulary::Value;

impl Flow<'_, '_> {
    /// The negative of an error's number is no number that code reckons with, and not zero.
    pub(super) fn negative(&mut self, inner: &Expr, state: &mut State) -> Option<Worth> {
        let value = match self.eval(inner, state) {
            Worth::Plain(Value::Number(number)) => Value::Number(number.checked_neg()?),
            Worth::Plain(Value::Constant(name)) if name.starts_with('E') => {
                Value::Constant(format!("-{name}"))
            }
            _ => return None,
        };
        Some(Worth::Plain(value))
    }

    /// The entry goes to a place that is not followed.
    pub(super) fn leave(&mut self, worth: &Worth, line: u32) {
        let atom = match worth {
            Worth::Plain(value) => value.atom().unwrap_or(self.atom),
            _ => self.atom,
        };
        let followed = holds_entry(worth) && *worth != Worth::Cursor && !self.inside;
        // A present entry is put into tables wherever pages are mapped.
        if followed && self.oracle.kind(atom) != "present" {
            let what = String::from("a place that is looked at elsewhere");
            self.note(FindingKind::Escape, line, what);
        }
    }

    /// Something is made of the bits of an entry that is not present: what they say there no table tells.
    pub(super) fn reckon(&mut self, worth: &Worth, line: u32) {
        if let Worth::Plain(Value::Raw(atom)) = worth
            && !self.inside
            && self.oracle.kind(*atom) != "present"
        {
            self.note(FindingKind::Lost, line, String::from(RAW_BITS));
        }
    }
}
