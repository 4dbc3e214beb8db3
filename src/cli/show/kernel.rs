//! In: an open kernel. Out: its wire line.

use crate::cli::screen::Screen;
use crate::pipeline::OpenKernel;
use crate::report::wire;
use crate::store::KernelRow;
use std::io;

/// Prints the line that says which kernel the lines after it are about.
pub(in crate::cli) fn kernel_line(screen: &mut Screen, kernel: &OpenKernel) -> io::Result<()> {
    let row = KernelRow {
        name: kernel.name.clone(),
        spec: kernel.kernel.spec.clone(),
        version: kernel.kernel.version.clone(),
        commit: kernel.kernel.commit.map(|id| id.to_string()),
        tree: None,
    };
    screen.wire(&wire::kernel_line(&row))
}
