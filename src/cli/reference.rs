//! In: the command line's definition. Out: its reference for the docs, and man pages.

use super::args::Cli;
use clap::{Command, CommandFactory as _};

/// Width of the help texts in the reference, in characters.
const WIDTH: usize = 100;

/// Gives the command line's definition.
pub(super) fn definition() -> Command {
    Cli::command()
}

/// Writes docs/cli.md: the help of every command, as a user sees it.
pub fn page() -> String {
    let mut root = definition().term_width(WIDTH);
    root.build();
    let mut out = String::from(
        "# Command-line reference\n\nMade from the program itself; a test holds it to that. To make it anew: \
         `PTEWARD_BLESS=1 cargo test --test it cli_reference`.\n",
    );
    section(&mut root, "pteward", &mut out);
    out
}

/// Writes one command's section and those of its subcommands.
fn section(command: &mut Command, name: &str, out: &mut String) {
    let help = command.render_long_help().to_string();
    let lines: Vec<&str> = help.lines().map(str::trim_end).collect();
    out.push_str(
        &[
            "\n## `",
            name,
            "`\n\n```text\n",
            lines.join("\n").trim_end(),
            "\n```\n",
        ]
        .concat(),
    );
    for sub in command
        .get_subcommands_mut()
        .filter(|sub| sub.get_name() != "help")
    {
        let name = format!("{name} {}", sub.get_name());
        section(sub, &name, out);
    }
}
