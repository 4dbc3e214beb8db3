//! In: nothing but this machine. Out: the programs of every guest: our own first one, compiled, and a static busybox.

use super::BootError;
use crate::base::process;
use std::path::{Path, PathBuf};

/// The guest's first program.
const SOURCE: &str = include_str!("guest/init.c");

/// Where distributions put a static busybox.
const BUSYBOX: [&str; 4] = [
    "/bin/busybox",
    "/usr/bin/busybox",
    "/bin/busybox.static",
    "/usr/bin/busybox-static",
];

/// What every guest gets.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The first program.
    pub init: Vec<u8>,
    /// Busybox, statically linked.
    pub busybox: Vec<u8>,
}

impl Guest {
    /// Makes the guest's programs in `folder`, which is for passing files.
    ///
    /// # Errors
    /// When this machine has no compiler, no static C library, or no static busybox.
    pub fn make(folder: &Path) -> Result<Self, BootError> {
        Ok(Self {
            init: init(folder)?,
            busybox: busybox(&BUSYBOX)?,
        })
    }
}

fn init(folder: &Path) -> Result<Vec<u8>, BootError> {
    let (source, program) = (folder.join("init.c"), folder.join("init"));
    std::fs::write(&source, SOURCE).map_err(|error| BootError::io(&source, error))?;
    let names = ["cc", "gcc"];
    let Some(compiler) = names.into_iter().find(|name| process::find(name).is_some()) else {
        return Err(BootError::Lacking {
            what: "a C compiler".to_owned(),
            install: "apt-get install gcc libc6-dev",
        });
    };
    let arguments = ["-static", "-O1", "-o"].map(PathBuf::from).into_iter();
    let arguments: Vec<PathBuf> = arguments.chain([program.clone(), source]).collect();
    let ran = process::run(compiler, &arguments, Some(folder))
        .map_err(|error| BootError::io(compiler, error))?;
    if !ran.status.success() {
        let words = String::from_utf8_lossy(&ran.stderr).trim().to_owned();
        if words.contains("cannot find -lc") {
            return Err(BootError::Lacking {
                what: "the static C library".to_owned(),
                install: "apt-get install libc6-dev",
            });
        }
        return Err(BootError::Guest { words });
    }
    std::fs::read(&program).map_err(|error| BootError::io(&program, error))
}

/// Reads the first static busybox of `places`.
pub(super) fn busybox(places: &[&str]) -> Result<Vec<u8>, BootError> {
    let found = places
        .iter()
        .filter_map(|path| std::fs::read(path).ok())
        .find(|bytes| is_static(bytes));
    found.ok_or_else(|| BootError::Lacking {
        what: "a static busybox".to_owned(),
        install: "apt-get install busybox-static",
    })
}

/// Says whether an ELF file asks for no dynamic loader.
fn is_static(bytes: &[u8]) -> bool {
    use object::read::elf::{FileHeader as _, ProgramHeader as _};
    let Ok(header) = object::elf::FileHeader64::<object::Endianness>::parse(bytes) else {
        return false;
    };
    let Ok(endian) = header.endian() else {
        return false;
    };
    header.program_headers(endian, bytes).is_ok_and(|all| {
        all.iter()
            .all(|one| one.p_type(endian) != object::elf::PT_INTERP)
    })
}
