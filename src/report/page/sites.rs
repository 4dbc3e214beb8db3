//! In: an audit's sites. Out: the same by file, cut into pages that a browser can show.

use super::Frame;
use crate::audit::{Site, SiteKind};
use serde::Serialize;

/// Up to so many sites stand on the kernel's own page.
pub(super) const INLINE: usize = 6_000;

/// At most so many sites stand on one page of their own: some 130 bytes each, so about 3 MB.
const A_PAGE: usize = 24_000;

/// The sites of one file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct FileSites {
    file: String,
    sites: Vec<SiteRow>,
}

/// One site.
#[derive(Clone, Debug, Serialize)]
struct SiteRow {
    line: u32,
    function: String,
    predicate: String,
    /// Empty for a call, the usual.
    kind: &'static str,
    arms: String,
}

/// A page of sites only.
#[derive(Clone, Debug, Serialize)]
pub(in crate::report) struct SitesPage {
    pub(super) frame: Frame,
    pub(super) kernel: String,
    pub(super) kernel_href: String,
    /// The folder, and which part of it where one page does not hold it.
    pub(super) title: String,
    pub(in crate::report) href: String,
    pub(super) count: usize,
    pub(super) files: Vec<FileSites>,
}

/// Gives the top-level folder of a path.
pub(super) fn folder(file: &str) -> &str {
    file.split_once('/').map_or("(top)", |(folder, _)| folder)
}

/// Groups sites, which are sorted, by file.
pub(super) fn by_file(sites: &[Site]) -> Vec<FileSites> {
    sites
        .chunk_by(|one, other| one.file == other.file)
        .map(|sites| FileSites {
            file: sites[0].file.clone(),
            sites: sites.iter().map(row).collect(),
        })
        .collect()
}

/// Spells one site.
fn row(site: &Site) -> SiteRow {
    SiteRow {
        line: site.line,
        function: site.function.clone(),
        predicate: site.predicate.clone(),
        kind: if site.kind == SiteKind::Call {
            ""
        } else {
            site.kind.word()
        },
        arms: site.arms.join(", "),
    }
}

/// Cuts the sites into pages by top-level folder, a big folder into parts. `stem` is the kernel's page without `.html`.
pub(in crate::report) fn site_pages(
    sites: &[Site],
    frame: &Frame,
    kernel: &str,
    stem: &str,
) -> Vec<SitesPage> {
    let mut slugs = crate::report::slug::Slugs::default();
    let mut pages = Vec::new();
    if sites.len() <= INLINE {
        return pages;
    }
    for sites in sites.chunk_by(|one, other| folder(&one.file) == folder(&other.file)) {
        let parts = parts(sites);
        for (index, part) in parts.iter().enumerate() {
            let name = folder(&sites[0].file);
            let title = match parts.len() {
                1 => name.to_owned(),
                count => format!("{name}, part {} of {count}", index + 1),
            };
            pages.push(SitesPage {
                frame: frame.clone(),
                kernel: kernel.to_owned(),
                kernel_href: format!("{stem}.html"),
                href: format!("{stem}-sites-{}.html", slugs.unique(&title)),
                title,
                count: part.len(),
                files: by_file(part),
            });
        }
    }
    pages
}

/// Cuts one folder's sites, between files where possible.
fn parts(sites: &[Site]) -> Vec<&[Site]> {
    let mut parts = Vec::new();
    let mut rest = sites;
    while rest.len() > A_PAGE {
        let mut at = A_PAGE;
        while at > A_PAGE / 2 && rest[at].file == rest[at - 1].file {
            at -= 1;
        }
        let (part, more) = rest.split_at(at);
        parts.push(part);
        rest = more;
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vocabulary::Family;

    #[test]
    fn many_sites_are_cut_without_loss() {
        let sites: Vec<Site> = (0..60_000)
            .map(|n| Site {
                file: if n < 55_000 {
                    format!("arch/f{:05}.c", n / 10)
                } else {
                    format!("mm/g{:05}.c", n / 10)
                },
                line: n,
                column: 1,
                function: "f".into(),
                predicate: "is_x".into(),
                family: Family::Entry,
                kind: SiteKind::Call,
                accepts: vec![],
                arms: vec![],
            })
            .collect();
        let frame = Frame {
            generated: String::new(),
            pteward: "0",
        };
        let pages = site_pages(&sites, &frame, "k", "kernel-k");
        assert_eq!(
            pages.iter().map(|page| page.count).sum::<usize>(),
            sites.len()
        );
        assert_eq!(
            pages
                .iter()
                .flat_map(|page| &page.files)
                .map(|file| file.sites.len())
                .sum::<usize>(),
            sites.len()
        );
        assert!(pages.iter().all(|page| page.count <= A_PAGE));
        assert_eq!(pages[0].title, "arch, part 1 of 3");
        assert_eq!(pages.last().unwrap().href, "kernel-k-sites-mm.html");
        assert!(site_pages(&sites[..10], &frame, "k", "kernel-k").is_empty());
    }
}
