//! In: the store and a folder. Out: a report in that folder, every file whole or not there.

use super::error::ReportError;
use super::page::{IndexPage, KernelPage, MatrixPage, Plan, SeriesPage, site_pages};
use super::template::Templates;
use crate::audit::Matrix;
use crate::store::{ReviewId, Store};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The front page.
    pub index: PathBuf,
    /// How many pages there are, the front page included.
    pub pages: usize,
}

/// Writes the report of all that is stored, or of one review's series and kernel, into the folder `out`.
///
/// Pages are rendered into a hidden folder inside `out` and moved when all are there, the front page last. Other files
/// in `out` are left alone; pages of an older report with the same names are replaced.
///
/// # Errors
/// When the store cannot be read or the folder cannot be written.
pub fn write(store: &Store, out: &Path, only: Option<ReviewId>) -> Result<Written, ReportError> {
    let templates = Templates::load()?;
    let plan = Plan::new(store, only)?;
    let mut stage = Stage::new(out)?;
    for kernel in &plan.kernels {
        let audit = kernel
            .audit
            .as_ref()
            .map(|head| store.audit(head.id))
            .transpose()?;
        let stem = kernel.href.trim_end_matches(".html");
        let sites = audit.as_ref().map_or(&[][..], |audit| &audit.sites);
        let pages = site_pages(sites, &plan.frame, &kernel.name, stem);
        let page = KernelPage::gather(kernel, &plan.frame, audit.as_ref(), &pages);
        stage.add(&kernel.href, &templates.render("kernel.html", &page)?)?;
        for page in &pages {
            stage.add(&page.href, &templates.render("sites.html", page)?)?;
        }
    }
    for series in &plan.series {
        let page = SeriesPage::gather(store, &plan, series)?;
        stage.add(&series.href, &templates.render("series.html", &page)?)?;
    }
    stage.add(
        "index.html",
        &templates.render("index.html", &IndexPage::gather(store, &plan)?)?,
    )?;
    let pages = stage.publish()?;
    Ok(Written {
        index: out.join("index.html"),
        pages,
    })
}

/// Writes the handling matrix of the kernel `name` as a page of its own.
///
/// # Errors
/// When the file cannot be written.
pub fn write_matrix(
    file: &Path,
    (name, version): (&str, &str),
    matrix: &Matrix,
) -> Result<(), ReportError> {
    let page = MatrixPage::gather(name, version, matrix);
    let html = Templates::load()?.render("matrix.html", &page)?;
    std::fs::write(file, html).map_err(|error| ReportError::io(file, error))
}

/// Pages on their way into the folder; dropped without [`Stage::publish`], nothing of them stays.
struct Stage {
    out: PathBuf,
    folder: TempDir,
    names: Vec<String>,
}

impl Stage {
    /// Makes `out` and a hidden folder in it, on the same file system, so that moving is renaming.
    fn new(out: &Path) -> Result<Self, ReportError> {
        std::fs::create_dir_all(out).map_err(|error| ReportError::io(out, error))?;
        let folder = tempfile::Builder::new()
            .prefix(".pteward-report-")
            .tempdir_in(out)
            .map_err(|error| ReportError::io(out, error))?;
        Ok(Self {
            out: out.to_owned(),
            folder,
            names: Vec::new(),
        })
    }

    /// Adds one page.
    fn add(&mut self, name: &str, html: &str) -> Result<(), ReportError> {
        std::fs::write(self.folder.path().join(name), html)
            .map_err(|error| ReportError::io(&self.out.join(name), error))?;
        self.names.push(name.to_owned());
        Ok(())
    }

    /// Moves the pages in, in the order added.
    fn publish(self) -> Result<usize, ReportError> {
        for name in &self.names {
            let to = self.out.join(name);
            std::fs::rename(self.folder.path().join(name), &to)
                .map_err(|error| ReportError::io(&to, error))?;
        }
        Ok(self.names.len())
    }
}
