//! In: names, numbers and operators as written. Out: what they say by themselves.

use super::value::Value;

/// Reads a name that is no local: yes, no, or a constant of the tree.
pub(super) fn global(name: &str) -> Value {
    match name {
        "true" => Value::bool(true),
        "false" | "NULL" => Value::bool(false),
        _ if name
            .bytes()
            .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_') =>
        {
            Value::Constant(name.to_owned())
        }
        _ => Value::Unknown,
    }
}

/// Is a field the one that the hardware's entry types have (`pte`, `pmd`, `pud`)?
pub(super) fn is_level(field: &str) -> bool {
    matches!(field, "pte" | "pmd" | "pud")
}

/// Gives the family of a constant: `SWP` of `SWP_MIGRATION`.
pub(super) fn family(constant: &str) -> &str {
    constant.split('_').next().unwrap_or(constant)
}

/// Gives the operator that says the same of the operands the other way round.
pub(super) fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        other => other,
    }
}

/// Reads a number, with its suffixes.
pub(super) fn number(text: &str) -> Value {
    let bare = text.trim_end_matches(['u', 'U', 'l', 'L']);
    let parsed = match bare.strip_prefix("0x") {
        Some(hex) => i64::from_str_radix(hex, 16),
        None => bare.parse(),
    };
    parsed.map_or(Value::Unknown, Value::Number)
}
