//! In: the store. Out: which pages the report has and what each is about.

use super::Frame;
use super::moment;
use crate::base::clock;
use crate::report::slug::Slugs;
use crate::store::{
    ApplicationHead, AuditHead, Kernel, ReviewHead, ReviewId, SeriesHead, Store, StoreError,
};

/// A kernel's page.
pub(in crate::report) struct KernelPlan {
    /// Its name, or the source as given where it is not registered.
    pub(in crate::report) name: String,
    /// Its page.
    pub(in crate::report) href: String,
    /// How it was registered, if it was.
    pub(in crate::report) registered: Option<Kernel>,
    /// The newest audit of the bare kernel.
    pub(in crate::report) audit: Option<AuditHead>,
}

/// A series' page.
pub(in crate::report) struct SeriesPlan {
    /// The series.
    pub(in crate::report) head: SeriesHead,
    /// Its page.
    pub(in crate::report) href: String,
}

/// The whole report.
pub(in crate::report) struct Plan {
    /// What every page's frame shows.
    pub(in crate::report) frame: Frame,
    /// Kernels, by name.
    pub(in crate::report) kernels: Vec<KernelPlan>,
    /// Series, newest first.
    pub(in crate::report) series: Vec<SeriesPlan>,
    /// The newest run of applying of each series and kernel, by kernel.
    pub(in crate::report) applications: Vec<ApplicationHead>,
    /// Reviews, newest first.
    pub(in crate::report) reviews: Vec<ReviewHead>,
}

impl Plan {
    /// Plans pages for all that is stored, or for one review's series and kernel only.
    pub(in crate::report) fn new(
        store: &Store,
        only: Option<ReviewId>,
    ) -> Result<Self, StoreError> {
        let mut reviews = store.reviews()?;
        let mut series = store.series_list()?;
        let mut kernels = kernels(store)?;
        let mut applications = store.applications()?;
        applications.sort_by(|one, other| one.kernel.cmp(&other.kernel));
        if let Some(id) = only {
            let head = store.review(id)?.head;
            reviews.retain(|review| review.id == id);
            series.retain(|series| series.id == head.series);
            kernels.retain(|kernel| kernel.name == head.kernel);
            applications.retain(|run| run.series == head.series && run.kernel == head.kernel);
        }
        let mut slugs = Slugs::default();
        let series = series
            .into_iter()
            .map(|head| SeriesPlan {
                href: format!("series-{}.html", slugs.unique(&head.name)),
                head,
            })
            .collect();
        Ok(Self {
            frame: Frame {
                generated: moment(clock::now()),
                pteward: env!("CARGO_PKG_VERSION"),
            },
            kernels,
            series,
            applications,
            reviews,
        })
    }

    /// Gives the page of a kernel, where it has one.
    pub(in crate::report) fn kernel_href(&self, name: &str) -> Option<String> {
        self.kernels
            .iter()
            .find(|kernel| kernel.name == name)
            .map(|kernel| kernel.href.clone())
    }

    /// Gives the page of a series, where it has one.
    pub(in crate::report) fn series_href(&self, name: &str) -> Option<String> {
        self.series
            .iter()
            .find(|series| series.head.name == name)
            .map(|series| series.href.clone())
    }
}

/// Lists the kernels that are registered or audited.
fn kernels(store: &Store) -> Result<Vec<KernelPlan>, StoreError> {
    let audits: Vec<AuditHead> = store
        .audits()?
        .into_iter()
        .filter(|audit| audit.key.state == 0)
        .collect();
    let mut registered = store.kernels()?;
    let mut names: Vec<String> = registered
        .iter()
        .map(|kernel| kernel.row.name.clone())
        .collect();
    names.extend(audits.iter().map(|audit| audit.key.kernel.clone()));
    names.sort();
    names.dedup();
    let mut slugs = Slugs::default();
    Ok(names
        .into_iter()
        .map(|name| KernelPlan {
            href: format!("kernel-{}.html", slugs.unique(&name)),
            registered: registered
                .iter()
                .position(|kernel| kernel.row.name == name)
                .map(|at| registered.swap_remove(at)),
            audit: audits
                .iter()
                .find(|audit| audit.key.kernel == name)
                .cloned(),
            name,
        })
        .collect())
}
