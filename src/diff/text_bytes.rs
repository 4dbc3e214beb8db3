//! In: a line's bytes. Out: them in JSON: text as text, a quarter of what a list of numbers takes; other bytes as numbers.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Bytes as they stand in JSON.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Spelled<T, B> {
    Text(T),
    Bytes(B),
}

/// Spells bytes: a string where they are UTF-8, a list of numbers where not.
pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Spelled::<_, &[u8]>::Text(text),
        Err(_) => Spelled::Bytes(bytes),
    }
    .serialize(serializer)
}

/// Reads either spelling back.
pub(super) fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
    Ok(
        match Spelled::<String, Vec<u8>>::deserialize(deserializer)? {
            Spelled::Text(text) => text.into_bytes(),
            Spelled::Bytes(bytes) => bytes,
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::diff::{Line, LineKind};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn lines_come_back_as_they_were(text in prop::collection::vec(any::<u8>(), 0..20)) {
            let line = Line { kind: LineKind::Added, text, newline: true };
            let json = serde_json::to_string(&line).unwrap();
            prop_assert_eq!(serde_json::from_str::<Line>(&json).unwrap(), line);
        }
    }

    #[test]
    fn text_is_spelled_as_text() {
        let line = Line {
            kind: LineKind::Context,
            text: b"a\t\"b\"".to_vec(),
            newline: true,
        };
        assert!(
            serde_json::to_string(&line)
                .unwrap()
                .contains(r#""text":"a\t\"b\"""#)
        );
    }
}
