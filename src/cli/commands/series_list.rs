//! `pteward series list`.

use crate::cli::exit::Exit;
use crate::cli::screen::{Cell, Label};
use crate::cli::session::Session;
use crate::report::wire;
use anyhow::Context as _;

/// List the imported series, newest import first.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Args {
    /// Print JSON Lines
    #[arg(long)]
    json: bool,
}

impl Args {
    pub(in crate::cli) fn run(&self, session: &mut Session) -> anyhow::Result<Exit> {
        let workspace = session.workspace()?;
        let series = workspace
            .store
            .series_list()
            .context("failed to list the series")?;
        if self.json {
            for head in &series {
                session.screen.wire(&wire::series_line(head))?;
            }
            session
                .screen
                .wire(&wire::Summary::list("series list", series.len()))?;
            return Ok(Exit::NothingNew);
        }
        if series.is_empty() {
            session
                .screen
                .plain("no series; `pteward series import PATH` reads one")?;
            return Ok(Exit::NothingNew);
        }
        let head = ["NAME", "VERSION", "PATCHES", "AUTHOR", "SUBJECT"];
        let mut rows = vec![
            head.map(|text| Cell::new(text).label(Label::Heading))
                .to_vec(),
        ];
        rows.extend(series.iter().map(|head| {
            let whole = if head.missing.is_empty() {
                Label::Plain
            } else {
                Label::Doubtful
            };
            vec![
                Cell::new(&head.name),
                Cell::new(format!("v{}", head.version)),
                Cell::new(format!("{}/{}", head.present, head.total)).label(whole),
                Cell::new(&head.author.name),
                Cell::new(&head.subject),
            ]
        }));
        session.screen.table(0, &rows)?;
        Ok(Exit::NothingNew)
    }
}
