//! A request → the rooms in order.
