//! A kernel's state and a config → image, objects, warnings; made in a sandbox, in one folder for all states.

mod build;
mod config;
mod configure;
mod diagnostic;
mod error;
mod folder;
mod hearing;
mod images;
mod ledger;
mod log;
mod objects;
mod outcome;
mod sandbox;

pub use build::{Progress, Request, Tell, build};
pub use config::{Config, Refused, config, config_names};
pub use configure::compiler_stamp;
pub use diagnostic::{Diagnostic, Severity};
pub use error::BuildError;
pub use folder::WorkFolder;
pub use outcome::{Built, Image, Outcome};
pub use sandbox::{Limits, Sandbox};
