//! In: a state laid out for building. Out: static programs for the guest, as the kernel's own Makefile makes them.
//!
//! Which files belong to a test differs between kernels, so nothing of it is known here: the Makefile is asked for one
//! target, linked statically, with the kernel's own headers. All of it is code of a patch, and runs in the sandbox of builds.
//! The Makefile writes beside its sources, so it gets a copy of the tests in the build folder.

use super::BootError;
use crate::base::process::{End, Go, watch};
use crate::base::show::visible_bytes;
use crate::kbuild::{BuildError, Sandbox, WorkFolder};

/// Makes the copy: the folder of the mm tests (before 6.3 `vm`), and links to all that is beside it.
const SET_UP: &str = r#"
set -e
source=$1 top=$2/selftests tests=tools/testing/selftests
rm -rf "$top"
mkdir -p "$top/tree/$tests" "$top/programs"
for name in "$source"/*; do
    case ${name##*/} in tools) ;; *) ln -s "$name" "$top/tree/" ;; esac
done
for name in "$source"/tools/*; do
    case ${name##*/} in testing) ;; *) ln -s "$name" "$top/tree/tools/" ;; esac
done
for name in "$source/$tests"/*; do
    case ${name##*/} in mm | vm) cp -r "$name" "$top/tree/$tests/" ;; *) ln -s "$name" "$top/tree/$tests/" ;; esac
done
chmod -R u+w "$top/tree/$tests"
make -C "$source" O="$2" headers
for name in mm vm; do
    if [ -d "$top/tree/$tests/$name" ]; then
        if [ -f "$top/tree/$tests/$name/run_vmtests.sh" ]; then cp "$top/tree/$tests/$name/run_vmtests.sh" "$top/script"; fi
        ln -s "tree/$tests/$name" "$top/here"
        exit 0
    fi
done
echo '*** this kernel has no mm selftests'
exit 1
"#;

/// Makes some of the kernel's tests; one that fails does not keep the others from being made.
const PROGRAMS: &str = r#"
top=$2/selftests
headers=$2/usr/include
shift 2
for name in "$@"; do set -- "$@" "$top/programs/$name"; shift; done
cd "$top/here" && make -k OUTPUT="$top/programs" KHDR_INCLUDES="-isystem $headers" LDFLAGS=-static "$@"
"#;

/// Makes a program of one C file.
const C_PROGRAM: &str = r#"
top=$2/selftests
printf '%s' "$4" > "$top/programs/$3.c"
gcc -static -O2 -Wall -isystem "$2/usr/include" -I "$top/tree" -I "$top/tree/tools/testing/selftests" \
    -o "$top/programs/$3" "$top/programs/$3.c" -lpthread -lrt
"#;

/// What came of making a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Made {
    /// The program.
    Program(Vec<u8>),
    /// It was not made, for this reason.
    Not(String),
}

/// A kernel's tests, in the sandbox of its builds.
pub struct Selftests<'s> {
    folder: &'s WorkFolder,
    sandbox: &'s Sandbox,
}

/// Bytes of a compiler's words that are kept at either end.
const WORDS: usize = 20_000;
/// The longest C file that is taken.
const LONGEST: usize = 100 << 10;

impl<'s> Selftests<'s> {
    /// Sets the tests of the state up that lies in `folder`; a kernel that has none, or whose headers cannot be made, is told as
    /// the inner error.
    ///
    /// # Errors
    /// When the sandbox cannot be made, or the user interrupts.
    pub fn set_up(
        folder: &'s WorkFolder,
        sandbox: &'s Sandbox,
    ) -> Result<Result<Self, String>, BootError> {
        let tests = Self { folder, sandbox };
        let (end, said) = tests.run(SET_UP, &[])?;
        Ok(match end {
            End::Exited(0) => Ok(tests),
            end => Err(words(&said, end)),
        })
    }

    /// Reads the script by which the kernel runs its mm tests; empty where there is none.
    ///
    /// # Errors
    /// When the build folder cannot be read.
    pub fn script(&self) -> Result<String, BootError> {
        let bytes = self.folder.read_built("selftests/script")?;
        Ok(String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned())
    }

    /// Makes tests of the kernel's own, by its Makefile; gives one answer for each name.
    ///
    /// # Errors
    /// As [`Selftests::set_up`].
    pub fn programs(&self, names: &[String]) -> Result<Vec<Made>, BootError> {
        let plain = |name: &String| {
            !name.is_empty()
                && !name.starts_with(['-', '.'])
                && name
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        let good: Vec<&str> = names
            .iter()
            .filter(|name| plain(name))
            .map(String::as_str)
            .collect();
        let (end, said) = if good.is_empty() {
            (End::Exited(0), Vec::new())
        } else {
            self.run(PROGRAMS, &good)?
        };
        let mut made = Vec::with_capacity(names.len());
        for name in names {
            made.push(self.made(name, plain(name), (&said, end))?);
        }
        Ok(made)
    }

    /// Makes a program of one C file with the kernel's headers; `#include <lib/…>` and `<mm/…>` find the kernel's own.
    ///
    /// # Errors
    /// As [`Selftests::set_up`].
    pub fn c_program(&self, name: &str, source: &str) -> Result<Made, BootError> {
        if source.len() > LONGEST || source.contains('\0') {
            return Ok(Made::Not(
                "it is no C program of a sensible size".to_owned(),
            ));
        }
        let (end, said) = self.run(C_PROGRAM, &[name, source])?;
        self.made(name, end == End::Exited(0), (&said, end))
    }

    fn made(&self, name: &str, legal: bool, (said, end): (&[u8], End)) -> Result<Made, BootError> {
        let bytes = match legal {
            true => self
                .folder
                .read_built(&["selftests/programs/", name].concat())?,
            false => None,
        };
        Ok(match bytes {
            Some(bytes) => Made::Program(bytes),
            None => Made::Not(about(&words(said, end), said, name)),
        })
    }

    fn run(&self, script: &str, arguments: &[&str]) -> Result<(End, Vec<u8>), BootError> {
        let (source, build) = (
            self.sandbox.source().display().to_string(),
            self.sandbox.build().display().to_string(),
        );
        let mut words = vec!["-c", script, "sh", &source, &build];
        words.extend(arguments);
        let job = self.sandbox.job("sh", &words);
        let mut said = Vec::new();
        let ran = watch(&job, &mut |_, bytes| {
            said.extend_from_slice(bytes);
            if said.len() > 3 * WORDS {
                // What went wrong first stands at the front, where make gave up at the end.
                let end = said.len() - WORDS;
                said.drain(WORDS..end);
            }
            Go::On
        })
        .map_err(|source| BootError::io(&job.program, source))?;
        match ran.end {
            End::Interrupted => Err(BootError::Build(BuildError::Interrupted)),
            end => Ok((end, said)),
        }
    }
}

/// Chooses the lines that say what went wrong.
fn words(said: &[u8], end: End) -> String {
    let text = visible_bytes(said);
    let telling = |line: &&str| {
        [
            "error:",
            "***",
            "No rule",
            "undefined reference",
            "cannot find",
        ]
        .iter()
        .any(|mark| line.contains(mark))
    };
    let lines: Vec<&str> = text.lines().filter(telling).take(4).collect();
    match lines.is_empty() {
        true => format!(
            "it was not made ({end:?}): {}",
            text.lines().last().unwrap_or("")
        ),
        false => lines.join("; "),
    }
}

/// Of several programs' words, chooses those about one.
fn about(all: &str, said: &[u8], name: &str) -> String {
    let text = visible_bytes(said);
    let mark = |line: &&str| {
        line.contains(name)
            && ["error:", "***", "No rule", "undefined"]
                .iter()
                .any(|word| line.contains(word))
    };
    let own: Vec<&str> = text.lines().filter(mark).take(3).collect();
    if own.is_empty() {
        all.to_owned()
    } else {
        own.join("; ")
    }
}

/// Reads the commands out of the script by which a kernel runs its mm tests: each with its arguments, or without them and
/// `false` where they are worked out by the script.
pub fn listed(script: &str) -> Vec<(Vec<String>, bool)> {
    let mut found: Vec<(Vec<String>, bool)> = Vec::new();
    for line in script.lines() {
        let Some((head, rest)) = line.split_once("run_test ./") else {
            continue;
        };
        if head.trim_start().starts_with('#') {
            continue;
        }
        let rest = rest.split(['#', ';', '|', '&']).next().unwrap_or("");
        let words: Vec<String> = rest.split_whitespace().map(str::to_owned).collect();
        let Some(name) = words.first().cloned() else {
            continue;
        };
        let plain = |word: &String| {
            word.chars()
                .all(|c| c.is_ascii_alphanumeric() || "-_.,:=+/".contains(c))
        };
        let entry = if words.iter().all(plain) {
            (words, true)
        } else {
            (vec![name], false)
        };
        let legal = entry.0[0]
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c));
        if legal && !found.contains(&entry) {
            found.push(entry);
        }
    }
    found
}
