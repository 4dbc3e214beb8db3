//! In: Ctrl-C and SIGTERM. Out: a flag that long work looks at, so that it can clean up before it ends.

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Was a signal seen?
static SEEN: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);
/// Are the handlers in place?
static CAUGHT: Mutex<bool> = Mutex::new(false);

/// What a process ends with that was interrupted: 128 and the number of SIGINT.
pub const EXIT_CODE: u8 = 130;

/// Turns SIGINT, SIGTERM and SIGHUP into a flag from now on; the second of them ends the process at once.
///
/// Until this is called they end the process as they always do. [`super::watch()`] calls it.
///
/// # Errors
/// When the system refuses a handler.
pub fn catch() -> io::Result<()> {
    let mut caught = CAUGHT.lock().unwrap_or_else(PoisonError::into_inner);
    if *caught {
        return Ok(());
    }
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // In this order: the first signal finds the flag down, and only raises it.
        flag::register_conditional_shutdown(signal, i32::from(EXIT_CODE), Arc::clone(&SEEN))?;
        flag::register(signal, Arc::clone(&SEEN))?;
    }
    *caught = true;
    Ok(())
}

/// Says whether the user (or the system) has asked this process to end.
pub fn seen() -> bool {
    SEEN.load(Ordering::SeqCst)
}
