//! The commands, one file each: its arguments, its help, its run. `super::table` lists them.

pub(super) mod apply;
pub(super) mod audit;
pub(super) mod bisect;
pub(super) mod build;
pub(super) mod completions;
pub(super) mod contract;
pub(super) mod doctor;
pub(super) mod kernel_add;
pub(super) mod kernel_list;
pub(super) mod kernel_show;
pub(super) mod man;
pub(super) mod matrix;
pub(super) mod report;
pub(super) mod review;
pub(super) mod series_export;
pub(super) mod series_import;
pub(super) mod series_list;
pub(super) mod series_show;
pub(super) mod test;
pub(super) mod vocabulary;
