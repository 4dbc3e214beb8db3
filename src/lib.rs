//! pteward reviews kernel memory-management patch series.
//!
//! The rooms below stand in flow order; a room imports only rooms before it,
//! and `tests/it/house.rs` holds that table.
//!
//! ```text
//! mail ─► series ─► tree (apply) ─► repair ─► syntax ─► vocabulary ─► audit ─► store ─► report
//!                                                                └── pipeline drives, cli asks ──┘
//! ```

pub mod audit;
pub mod base;
pub mod cli;
pub mod diff;
pub mod mail;
pub mod pipeline;
pub mod repair;
pub mod report;
pub mod series;
pub mod store;
pub mod syntax;
pub mod tree;
pub mod vocabulary;
