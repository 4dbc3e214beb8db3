//! The docs against the program: README's examples and exit codes, the wire format's page.

use crate::sandbox::{Ran, Sandbox};
use pteward::cli::Exit;
use std::fmt::Write as _;

fn page(name: &str) -> (std::path::PathBuf, String) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    let text = std::fs::read_to_string(&path).unwrap();
    (path, text)
}

/// Runs every example of a page and puts what it prints below it.
fn with_real_output(text: &str) -> String {
    let sandbox = Sandbox::new();
    let workspace = sandbox.path("workspace").to_str().unwrap().to_owned();
    let mut out = String::new();
    let mut skipping = false;
    for line in text.lines() {
        if line == "```" {
            skipping = false;
        }
        if skipping {
            continue;
        }
        writeln!(out, "{line}").unwrap();
        if let Some(args) = line.strip_prefix("$ pteward ") {
            let mut program = sandbox.program();
            program
                .args(args.split(' '))
                .current_dir(env!("CARGO_MANIFEST_DIR"));
            let ran = Ran::of(&mut program);
            let said = ran.stdout.replace(&workspace, "~/.local/state/pteward");
            out.push_str(&said.replace(env!("CARGO_MANIFEST_DIR"), "."));
            skipping = true;
        }
    }
    out
}

#[test]
fn readme_examples_print_what_the_readme_says() {
    let (path, text) = page("README.md");
    let real = with_real_output(&text);
    if std::env::var_os("PTEWARD_BLESS").is_some() {
        std::fs::write(&path, &real).unwrap();
        return;
    }
    assert!(text.matches("\n$ pteward ").count() >= 4);
    for (said, is) in text.lines().zip(real.lines()) {
        assert_eq!(said, is, "run PTEWARD_BLESS=1 cargo test --test it readme");
    }
    assert_eq!(
        text, real,
        "run PTEWARD_BLESS=1 cargo test --test it readme"
    );
}

#[test]
fn readme_lists_every_exit_code() {
    let (_, text) = page("README.md");
    for (exit, meaning) in Exit::TABLE {
        let row = format!("| {} | {meaning} |\n", exit.code());
        assert!(text.contains(&row), "README.md lacks: {row}");
    }
}

#[test]
fn every_type_of_line_is_documented() {
    let (_, text) = page("docs/wire.md");
    let mut types = 0;
    for name in [
        "bisect.rs",
        "line.rs",
        "summary.rs",
        "build.rs",
        "boot.rs",
        "compared.rs",
        "contract.rs",
        "vocabulary.rs",
        "matrix.rs",
    ] {
        let (_, source) = page(&format!("src/report/wire/{name}"));
        for made in source.split("Line::new(").skip(1) {
            let kind = made
                .trim_start()
                .trim_start_matches('"')
                .split('"')
                .next()
                .unwrap();
            assert!(
                text.contains(&format!("\n### `{kind}`\n")),
                "docs/wire.md lacks {kind}"
            );
            types += 1;
        }
        for field in source
            .lines()
            .filter_map(|line| line.strip_prefix("    ")?.split_once(": "))
        {
            let name = field.0.trim_start_matches("pub ");
            // Fields of the line's structs alone; `used` is `use` on the wire.
            if field.1.ends_with(',')
                && !field.1.contains('(')
                && name.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            {
                let name = if name == "used" { "use" } else { name };
                assert!(
                    text.contains(name) || text.contains(&name.replace('_', "-")),
                    "docs/wire.md lacks the field {name}"
                );
            }
        }
    }
    assert!(types >= 13, "{types} types of lines were found");
}
