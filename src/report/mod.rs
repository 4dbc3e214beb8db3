//! Views → HTML and the wire format.
