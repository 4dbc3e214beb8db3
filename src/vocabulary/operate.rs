//! In: an operator and what it stands between. Out: what comes of it.

use super::interpret::Interpreter;
use super::kinds::{Atom, NONE, PRESENT, SWAP};
use super::value::{Truth, Value};
use super::words::{family, mirrored};

impl Interpreter<'_> {
    /// Evaluates an operator that has no short circuit.
    pub(super) fn operate(&self, operator: &str, a: &Value, b: &Value) -> Value {
        match (operator, a.atom(), a) {
            ("==" | "!=" | "<" | "<=" | ">" | ">=", _, _) => self.compare(operator, a, b).value(),
            (">>", Some(atom), Value::Raw(_) | Value::Derived(_)) => Value::Type(atom),
            // A type moved to where an entry holds its type: the bits of an entry that is being made.
            ("<<", None, Value::Constant(name)) => self
                .headers
                .kinds
                .atom(name)
                .map_or(Value::Unknown, Value::Raw),
            ("&", Some(atom), Value::Type(_)) => Value::Type(atom),
            (_, Some(atom), _) => Value::Derived(atom),
            _ => b.atom().map_or(Value::Unknown, Value::Derived),
        }
    }

    pub(super) fn compare(&self, operator: &str, a: &Value, b: &Value) -> Truth {
        let equal = match (a, b) {
            (Value::Number(x), Value::Number(y)) => {
                let answer = match operator {
                    "==" => x == y,
                    "!=" => x != y,
                    "<" => x < y,
                    "<=" => x <= y,
                    ">" => x > y,
                    _ => x >= y,
                };
                return if answer { Truth::Yes } else { Truth::No };
            }
            (Value::Constant(name), Value::Number(0..)) if name.starts_with("-E") => {
                return known(matches!(operator, "<" | "<=" | "!="));
            }
            (Value::Raw(atom), Value::Number(0)) | (Value::Number(0), Value::Raw(atom)) => {
                known(*atom == NONE)
            }
            (Value::Type(atom), Value::Constant(name)) => {
                return self.compare_type(operator, *atom, name);
            }
            (Value::Constant(name), Value::Type(atom)) => {
                return self.compare_type(mirrored(operator), *atom, name);
            }
            (Value::Constant(x), Value::Constant(y)) if x == y => Truth::Yes,
            // Two constants of one family have different values.
            (Value::Constant(x), Value::Constant(y)) if family(x) == family(y) => Truth::No,
            _ => Truth::Either,
        };
        match operator {
            "==" => equal,
            "!=" => equal.not(),
            _ => Truth::Either,
        }
    }

    /// Compares an entry's type with a constant of the tree: `SWP_*`, or the number of swap files.
    fn compare_type(&self, operator: &str, atom: Atom, constant: &str) -> Truth {
        if atom == PRESENT {
            return Truth::Either;
        }
        let special = atom != SWAP && atom != NONE;
        match (operator, self.headers.kinds.atom(constant)) {
            ("==", Some(other)) => known(other == atom),
            ("!=", Some(other)) => known(other != atom),
            ("<", None) if constant == "MAX_SWAPFILES" => known(!special),
            (">=", None) if constant == "MAX_SWAPFILES" => known(special),
            _ => Truth::Either,
        }
    }
}

/// Makes a truth of a bool.
fn known(answer: bool) -> Truth {
    if answer { Truth::Yes } else { Truth::No }
}
