//! A request → the rooms in order: one file a request. Results go back to the caller; nothing is printed here.

mod add_kernel;
mod apply;
mod audit;
mod build;
mod event;
mod export;
mod guest;
mod import;
mod kernel;
mod refusal;
mod report;
mod restore;
mod review;
mod series;
mod state;
mod suites;
mod survey;
mod test;
mod workspace;

pub use add_kernel::add_kernel;
pub use apply::{Application, Keep, apply, apply_all, is_whole, write_branch, write_files};
pub use audit::audit;
pub use build::{BuildOptions, StateBuild, build};
pub use event::{Event, Tell, Unit};
pub use export::{Exported, ExportedPatch, Form, export};
pub use import::{Imported, import};
pub use kernel::{OpenKernel, open_all, open_kernel};
pub use refusal::Refusal;
pub use report::write_report;
pub use restore::{RestoredFile, RestoredSeries, restore_series};
pub use review::{RanState, Reviewed, Running, review};
pub use series::{Input, ReadSeries, read_series, the_series};
pub use state::{Chosen, choose_state};
pub use survey::{contracts, matrix, vocabulary, write_matrix};
pub use test::{OneBoot, TestOptions, Tested, test};
pub use workspace::Workspace;
