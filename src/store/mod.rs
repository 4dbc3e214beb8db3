//! Everything ⇄ rows.
