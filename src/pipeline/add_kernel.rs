//! In: a name and a source. Out: the kernel, opened once to know that it is one, and registered.

use super::kernel::{absolute, open_spec};
use super::{Refusal, Tell, Workspace};
use crate::store::KernelRow;
use crate::tree::kernel::KernelSpec;
use anyhow::Context as _;

/// Registers `source` as `name`.
///
/// # Errors
/// When the name is bad or taken, or the source is no kernel.
pub fn add_kernel(
    workspace: &mut Workspace,
    name: &str,
    source: &str,
    tell: Tell<'_>,
) -> anyhow::Result<KernelRow> {
    let failed = || format!("failed to register the kernel {name}");
    if !is_name(name) {
        return Err(Refusal::BadName {
            name: name.to_owned(),
        })
        .with_context(failed);
    }
    let spec = absolute(KernelSpec::parse(source).with_context(failed)?);
    if let KernelSpec::Directory(path) = &spec
        && !path.exists()
    {
        return Err(Refusal::NoKernel {
            name: source.to_owned(),
        })
        .with_context(failed);
    }
    let kernel = open_spec(workspace, &spec, tell).with_context(failed)?;
    let row = KernelRow {
        name: name.to_owned(),
        spec: spec.to_string(),
        version: kernel.version,
        commit: kernel.commit.map(|id| id.to_string()),
        tree: None,
    };
    workspace.store.add_kernel(&row).with_context(failed)?;
    Ok(row)
}

/// Says whether commands could take this for a name: nothing in it makes it a path, a revision or a package.
pub(super) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphanumeric())
        && text.len() <= 100
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._+-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::is_name;

    #[test]
    fn names_are_never_paths_or_packages() {
        for good in ["a", "6.12", "mm-stable", "v6.12-rc1+"] {
            assert!(is_name(good), "{good}");
        }
        for bad in [
            "", "-x", ".", "a/b", "x@y", "apt:x", "a b", "ä", "..", "x\n",
        ] {
            assert!(!is_name(bad), "{bad}");
        }
    }
}
