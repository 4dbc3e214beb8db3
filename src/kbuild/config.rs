//! In: fragments of queries/kconfig/. Out: what a config asks of kconfig, and which of it kconfig refused.

/// The config for lib/test_hmm.c and the mm selftests.
const HMM: &str = include_str!("../../queries/kconfig/hmm.config");
/// What KASAN adds to it.
const HMM_KASAN: &str = include_str!("../../queries/kconfig/hmm-kasan.config");

/// An option and the value asked for; `n` is an option that must not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Wanted {
    option: String,
    value: String,
    optional: bool,
}

/// A kernel configuration: fragments over one of kbuild's own configs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Its name.
    pub name: &'static str,
    /// The target of kbuild that it starts from.
    pub base: &'static str,
    wanted: Vec<Wanted>,
}

/// An option that kconfig did not set as asked.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refused {
    /// With `CONFIG_` in front.
    pub option: String,
    /// As asked.
    pub wanted: String,
    /// As it is: `n` where it is not set, or not known to this kernel.
    pub got: String,
    /// Is the config good for its purpose without it?
    pub optional: bool,
}

/// Lists the configs that there are.
pub fn config_names() -> &'static [&'static str] {
    &["hmm", "hmm-kasan"]
}

/// Finds a config by name.
pub fn config(name: &str) -> Option<Config> {
    let (name, fragments): (_, &[&str]) = match name {
        "hmm" => ("hmm", &[HMM]),
        "hmm-kasan" => ("hmm-kasan", &[HMM, HMM_KASAN]),
        _ => return None,
    };
    let mut wanted: Vec<Wanted> = Vec::new();
    for one in fragments.iter().flat_map(|text| read(text)) {
        wanted.retain(|earlier| earlier.option != one.option);
        wanted.push(one);
    }
    Some(Config {
        name,
        base: "tinyconfig",
        wanted,
    })
}

/// Reads a fragment. A block, up to the next empty line, that begins with `# Optional:` asks for what may be refused.
fn read(text: &str) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let mut optional = false;
    for line in text.lines() {
        if line.is_empty() {
            optional = false;
        } else if line.starts_with('#') {
            optional |= line.starts_with("# Optional:");
        } else if let Some((option, value)) = line.split_once('=') {
            wanted.push(Wanted {
                option: option.to_owned(),
                value: value.to_owned(),
                optional,
            });
        }
    }
    wanted
}

impl Config {
    /// Spells the options as lines of a `.config`.
    pub(super) fn lines(&self) -> String {
        let mut out = String::new();
        for one in &self.wanted {
            let line = match one.value.as_str() {
                "n" => format!("# {} is not set\n", one.option),
                value => format!("{}={value}\n", one.option),
            };
            out.push_str(&line);
        }
        out
    }

    /// Lists what a `.config`, as kconfig left it, does not have as asked.
    pub(super) fn refused(&self, text: &str) -> Vec<Refused> {
        let set: std::collections::HashMap<&str, &str> = text
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_once('='))
            .collect();
        let mut refused = Vec::new();
        for one in &self.wanted {
            let got = set.get(one.option.as_str()).copied().unwrap_or("n");
            if got != one.value {
                refused.push(Refused {
                    option: one.option.clone(),
                    wanted: one.value.clone(),
                    got: got.to_owned(),
                    optional: one.optional,
                });
            }
        }
        refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_block_of_a_fragment_has_a_reason_and_options() {
        for text in [HMM, HMM_KASAN] {
            for block in text.split("\n\n") {
                assert!(block.starts_with("# "), "no reason: {block}");
                let odd = block.lines().find(|line| {
                    let is_option = line.starts_with("CONFIG_") && line.contains('=');
                    !line.starts_with("# ") && !is_option
                });
                assert_eq!(odd, None);
            }
        }
    }

    #[test]
    fn every_name_is_a_config() {
        for name in config_names() {
            assert_eq!(config(name).unwrap().name, *name);
        }
        assert_eq!(config("none"), None);
    }

    #[test]
    fn later_fragments_win_and_are_spelled_as_kconfig_does() {
        let kasan = config("hmm-kasan").unwrap();
        let lines = kasan.lines();
        assert!(lines.contains("CONFIG_TEST_HMM=y\n") && lines.contains("CONFIG_KASAN=y\n"));
        assert!(lines.contains("# CONFIG_SLUB_TINY is not set\n"));
        assert_eq!(lines.matches("CONFIG_SLUB=").count(), 1);
    }

    #[test]
    fn refusals_are_named() {
        let hmm = config("hmm").unwrap();
        let mut all = hmm.lines();
        assert_eq!(hmm.refused(&all), []);
        all = all.replace("CONFIG_TEST_HMM=y\n", "# CONFIG_TEST_HMM is not set\n");
        all = all.replace("CONFIG_PANIC_TIMEOUT=-1", "CONFIG_PANIC_TIMEOUT=0");
        all = all.replace("# CONFIG_MITIGATIONS is not set", "CONFIG_MITIGATIONS=y");
        let refused = hmm.refused(&all);
        let told: Vec<_> = refused
            .iter()
            .map(|one| {
                (
                    one.option.as_str(),
                    one.wanted.as_str(),
                    one.got.as_str(),
                    one.optional,
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                ("CONFIG_TEST_HMM", "y", "n", false),
                ("CONFIG_PANIC_TIMEOUT", "-1", "0", false),
                ("CONFIG_MITIGATIONS", "n", "y", true)
            ]
        );
    }
}
