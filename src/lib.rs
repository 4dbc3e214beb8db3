//! pteward reviews kernel memory-management patch series.
//!
//! The rooms below stand in flow order; a room imports only rooms before it,
//! and `tests/it/house.rs` holds that table.
//!
//! ```text
//! mail ─► series ─► tree (apply) ─► repair ─► syntax ─► vocabulary ─► flow ─► audit ─► store ─► report
//!                       └─► kbuild ───────────────────────────────────────────► │
//!                                                                            └── pipeline drives, cli asks ──┘
//! ```

// rustfmt sorts neighbours; the blank lines keep the flow order.

pub mod base;

pub mod diff;

pub mod mail;

pub mod series;

pub mod tree;

pub mod repair;

pub mod syntax;

pub mod vocabulary;

pub mod flow;

pub mod audit;

pub mod kbuild;

pub mod store;

pub mod report;

pub mod pipeline;

pub mod cli;
