//! argv → request → exit code.
