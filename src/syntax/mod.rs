//! Source text → functions, calls, macros, `#if` arms, and colours for excerpts.
