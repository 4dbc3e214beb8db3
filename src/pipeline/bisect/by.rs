//! In: `audit:FUNCTION`, `build`, `boot`, `test:NAME`, `symptom:TITLE`, `cmd:COMMAND`. Out: the question; and what an answer hangs on.

use super::BisectOptions;
use crate::audit::ANALYSER;
use crate::base::hash::blob_id;
use crate::kbuild::{self, compiler_stamp};
use crate::pipeline::{Refusal, TestOptions};

/// What is asked about a state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// Is a walk of this function unprepared?
    Audit(String),
    /// Does it not build?
    Build,
    /// Does its guest not come to its end?
    Boot,
    /// Does this test fail: `SUITE: NAME`, or the name alone?
    Test(String),
    /// Does the kernel complain so?
    Symptom(String),
    /// Does this shell command fail?
    Command(String),
}

impl By {
    /// Reads a question.
    ///
    /// # Errors
    /// [`Refusal::NoProbe`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let what = |what: &str| what.trim().to_owned();
        Ok(match text.split_once(':').unwrap_or((text, "")) {
            ("build", "") => Self::Build,
            ("boot", "") => Self::Boot,
            ("audit", function) if !function.trim().is_empty() => Self::Audit(what(function)),
            ("test", name) if !name.trim().is_empty() => Self::Test(what(name)),
            ("symptom", title) if !title.trim().is_empty() => Self::Symptom(what(title)),
            ("cmd", command) if !command.trim().is_empty() => Self::Command(what(command)),
            _ => {
                return Err(Refusal::NoProbe {
                    text: text.to_owned(),
                });
            }
        })
    }

    /// Spells it as [`By::parse`] reads it.
    pub fn text(&self) -> String {
        let (word, what) = match self {
            Self::Build => return String::from("build"),
            Self::Boot => return String::from("boot"),
            Self::Audit(function) => ("audit", function),
            Self::Test(name) => ("test", name),
            Self::Symptom(title) => ("symptom", title),
            Self::Command(command) => ("cmd", command),
        };
        [word, ":", what].concat()
    }

    /// Gives the suites that it takes: those asked for, else the one that a test's name begins with, else `hmm`; none to
    /// boot alone.
    pub fn suites(&self, asked: &[String]) -> Vec<String> {
        if !asked.is_empty() {
            return asked.to_vec();
        }
        match self {
            Self::Test(name) => match name.split_once(": ") {
                Some((suite, _)) => vec![suite.to_owned()],
                None => vec![String::from("hmm")],
            },
            Self::Symptom(_) => vec![String::from("hmm")],
            Self::Audit(_) | Self::Build | Self::Boot | Self::Command(_) => Vec::new(),
        }
    }

    /// Says what an answer hangs on beside the tree: the same tree asked with another compiler, guest or analysis is asked anew.
    pub(super) fn hangs_on(&self, options: &BisectOptions) -> String {
        let sandbox = match options.test.build.sandboxed {
            true => "sandboxed",
            false => "not sandboxed",
        };
        match self {
            Self::Audit(_) => format!("analysis {ANALYSER}"),
            Self::Command(_) => sandbox.to_owned(),
            Self::Build => format!("{sandbox}, {}", built_with(&options.test)),
            Self::Boot | Self::Test(_) | Self::Symptom(_) => {
                format!(
                    "{sandbox}, {}, {}",
                    built_with(&options.test),
                    booted_with(&options.test)
                )
            }
        }
    }
}

/// The config, by its name and what stands in it, and the compiler.
fn built_with(options: &TestOptions) -> String {
    let config = kbuild::config(&options.build.config);
    let digest = blob_id(format!("{config:?} {}", compiler_stamp()).as_bytes()).to_string();
    format!("config {} {}", options.build.config, &digest[..12])
}

/// The guest and the suites, those of the user's own by what stands in them.
fn booted_with(options: &TestOptions) -> String {
    let suites = options
        .suites
        .iter()
        .map(|suite| match std::fs::read(suite) {
            Ok(bytes) if suite.ends_with(".c") => format!("{suite} {}", blob_id(&bytes)),
            _ => suite.clone(),
        });
    format!(
        "suites {}, {} MiB, {} cpus, {:?}, {} s, silent {} s",
        suites.collect::<Vec<_>>().join(" "),
        options.memory,
        options.cpus,
        options.accel,
        options.total.as_secs(),
        options.silence.as_secs()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_are_read_and_spelled() {
        for text in [
            "build",
            "boot",
            "audit:f",
            "test:hmm: a.b",
            "symptom:WARNING: x in y",
            "cmd:! grep -q a: b",
        ] {
            assert_eq!(By::parse(text).unwrap().text(), text);
        }
        for text in ["", "audit", "audit:", "build:x", "test: ", "make"] {
            assert!(By::parse(text).is_err(), "{text}");
        }
        assert_eq!(By::parse("test:mm: a").unwrap().suites(&[]), ["mm"]);
        assert_eq!(By::parse("test:a.b").unwrap().suites(&[]), ["hmm"]);
        let own = [String::from("own.c")];
        assert_eq!(By::parse("boot").unwrap().suites(&own), own);
        assert!(By::Boot.suites(&[]).is_empty());
    }
}
