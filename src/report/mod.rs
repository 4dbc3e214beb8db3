//! Views → HTML and the wire format.

pub mod wire;
