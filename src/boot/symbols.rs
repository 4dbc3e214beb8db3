//! In: vmlinux. Out: `file:line` of a place in a function, where there is debug information.
//!
//! Read in this process by addr2line's own library, and not by the program of that name: one start for a whole console, and
//! no C code that reads what a patch's build wrote.

use super::BootError;
use addr2line::Loader;
use object::{Object as _, ObjectSymbol as _, SymbolKind};
use std::collections::HashMap;
use std::path::Path;

/// Where a function begins, and how long its symbol says it is.
type Placed = (u64, u64);

/// The symbols of one vmlinux.
pub struct Symbols {
    functions: HashMap<String, Vec<Placed>>,
    lines: Loader,
    root: String,
}

impl Symbols {
    /// Reads the symbols of `vmlinux`; places are told relative to `root`, the folder of the source.
    ///
    /// # Errors
    /// When the file cannot be read as an ELF file.
    pub fn open(vmlinux: &Path, root: &Path) -> Result<Self, BootError> {
        let bad = |words: String| BootError::io(vmlinux, std::io::Error::other(words));
        let bytes = std::fs::read(vmlinux).map_err(|source| BootError::io(vmlinux, source))?;
        let file = object::File::parse(&*bytes).map_err(|error| bad(error.to_string()))?;
        let mut functions: HashMap<String, Vec<Placed>> = HashMap::new();
        for symbol in file.symbols() {
            if symbol.kind() == SymbolKind::Text
                && let Ok(name) = symbol.name()
            {
                functions
                    .entry(name.to_owned())
                    .or_default()
                    .push((symbol.address(), symbol.size()));
            }
        }
        let lines = Loader::new(vmlinux).map_err(|error| bad(error.to_string()))?;
        let root = format!("{}/", root.display());
        Ok(Self {
            functions,
            lines,
            root,
        })
    }

    /// Says where the byte `offset` of a function stands; `size` is what the kernel says of the symbol. `exact` is the place of
    /// an instruction, and not the one that a call comes back to.
    pub fn place(&self, function: &str, offset: u64, size: u64, exact: bool) -> Option<String> {
        let all = self.functions.get(function)?;
        // Static functions of one name are told apart by their size; the kernel counts the padding too.
        let near = all.iter().min_by_key(|(_, own)| size.abs_diff(*own))?;
        let alike = all
            .iter()
            .filter(|(_, own)| size.abs_diff(*own) == size.abs_diff(near.1))
            .count();
        if alike > 1 {
            return None;
        }
        let back = u64::from(!exact && offset > 0);
        let address = near.0.checked_add(offset)?.checked_sub(back)?;
        let location = self.lines.find_location(address).ok()??;
        let (file, line) = (location.file?, location.line?);
        let file = file
            .strip_prefix(&self.root)
            .unwrap_or(file)
            .trim_start_matches("./");
        Some(format!("{file}:{line}"))
    }
}
