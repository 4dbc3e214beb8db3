//! A hunk's words and a file's lines ⇄ the best ways to set the words into lines that fit both.

mod search;
mod shape;
mod steps;
mod trace;

pub(super) use search::readings;
pub(super) use shape::{Begin, Reading, Row, Task, distinct};
