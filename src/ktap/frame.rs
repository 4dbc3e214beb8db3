//! In: `function+0xoffset/0xsize [module]`. Out: its parts.

use serde::{Deserialize, Serialize};

/// A place in a stack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Frame {
    /// The symbol, with what the compiler added to it.
    pub function: String,
    /// Bytes from the symbol to the return address.
    pub offset: u64,
    /// Bytes of the symbol.
    pub size: u64,
    /// The module, where it is not the kernel itself.
    pub module: Option<String>,
    /// Is it the place of an instruction, and not where a call comes back to?
    pub exact: bool,
    /// `file:line`, where debug information says so.
    pub place: Option<String>,
}

impl Frame {
    /// Spells it as people read it.
    pub fn text(&self) -> String {
        let module = self
            .module
            .as_ref()
            .map(|name| format!(" [{name}]"))
            .unwrap_or_default();
        let place = self
            .place
            .as_ref()
            .map(|place| format!(" ({place})"))
            .unwrap_or_default();
        format!(
            "{}+{:#x}/{:#x}{module}{place}",
            self.function, self.offset, self.size
        )
    }
}

/// Reads the frame that a text begins with.
pub fn frame(text: &str) -> Option<Frame> {
    let text = text.trim_start();
    let word = text.split_whitespace().next()?;
    let (function, rest) = word.trim_end_matches([',', ':', ')']).split_once("+0x")?;
    let (offset, size) = rest.split_once("/0x")?;
    let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '$';
    if function.is_empty() || function.len() > 200 || !function.chars().all(legal) {
        return None;
    }
    let module = text[word.len()..]
        .trim_start()
        .strip_prefix('[')
        .and_then(|rest| rest.split_once(']'))
        .map(|(name, _)| name.split_whitespace().next().unwrap_or("").to_owned())
        .filter(|name| !name.is_empty() && name.len() < 64);
    Some(Frame {
        function: function.to_owned(),
        offset: u64::from_str_radix(offset, 16).ok()?,
        size: u64::from_str_radix(size, 16).ok()?,
        module,
        exact: false,
        place: None,
    })
}
