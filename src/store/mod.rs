//! Everything ⇄ rows: one SQLite file a workspace, all SQL in this room.

mod answer;
mod application;
mod audit;
mod audit_read;
mod blob;
mod boot;
mod build;
mod column;
mod error;
mod facts;
mod id;
mod kernel;
mod migrations;
mod open;
mod ran;
mod review;
pub mod schema;
mod series;
mod text;

pub use answer::{AnswerKey, KeptAnswer};
pub use application::ApplicationHead;
pub use audit::AuditKey;
pub use audit_read::{AuditHead, WalkCounts};
pub use boot::{BootHead, NewBoot, TestRow};
pub use build::{BuildHead, BuildKey};
pub use error::StoreError;
pub use facts::Kept;
pub use id::{ApplicationId, AuditId, BootId, BuildId, ReviewId, SeriesId};
pub use kernel::{Kernel, KernelRow};
pub use open::{FILE_NAME, Store};
pub use ran::Ran;
pub use review::{NewReview, Review, ReviewHead};
pub use series::{SavedSeries, SeriesHead};

#[cfg(test)]
mod tests;
