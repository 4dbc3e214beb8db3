//! In: settings and programs. Out: the plan that the guest's first program reads, with the nonce of this boot.

use super::BootError;
use std::io::Read as _;

/// A program to run in the guest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// What its results go by: `hmm-tests`.
    pub name: String,
    /// Its file below /tests, and arguments.
    pub command: Vec<String>,
    /// Seconds after which it is stopped.
    pub limit: u32,
}

/// A file of the guest's /proc or /sys and what is to be written to it; the guest goes on where the kernel refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The file.
    pub path: String,
    /// What goes into it.
    pub value: String,
}

/// What a guest is to do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is set before the first program.
    pub settings: Vec<Setting>,
    /// The drivers whose device nodes are made by the number in /proc/devices: name and count.
    pub nodes: Vec<(String, u32)>,
    /// The programs, in order.
    pub programs: Vec<Program>,
}

/// Bytes that the guest's first program reads.
const LONGEST: usize = 60_000;
/// Words of one line that it reads.
const MOST_WORDS: usize = 30;

impl Plan {
    /// Spells the plan for the guest, the nonce first.
    pub(super) fn text(&self, nonce: &str) -> Result<String, BootError> {
        let mut lines = vec![vec![nonce.to_owned()]];
        let settings = self.settings.iter();
        lines.extend(
            settings.map(|one| vec!["write".to_owned(), one.path.clone(), one.value.clone()]),
        );
        let nodes = self.nodes.iter();
        lines.extend(
            nodes.map(|(name, count)| vec!["nodes".to_owned(), name.clone(), count.to_string()]),
        );
        for (number, program) in self.programs.iter().enumerate() {
            let mut line = vec![
                "run".to_owned(),
                number.to_string(),
                program.limit.to_string(),
            ];
            line.extend(program.command.iter().cloned());
            lines.push(line);
        }
        let bad = |word: &&String| word.is_empty() || word.contains(['\t', '\n', '\0']);
        if let Some(word) = lines.iter().flatten().find(bad) {
            return Err(BootError::Plan { text: word.clone() });
        }
        if let Some(long) = lines.iter().find(|line| line.len() >= MOST_WORDS) {
            return Err(BootError::Plan {
                text: long.join(" "),
            });
        }
        let text: String = lines.iter().map(|line| line.join("\t") + "\n").collect();
        if text.len() > LONGEST {
            return Err(BootError::Plan {
                text: format!("{} programs", self.programs.len()),
            });
        }
        Ok(text)
    }
}

/// Makes a nonce that no test can guess.
pub(super) fn nonce() -> Result<String, BootError> {
    let path = "/dev/urandom";
    let mut bytes = [0; 16];
    std::fs::File::open(path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .map_err(|source| BootError::io(path, source))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
