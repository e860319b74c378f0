//! What whoever ran the stack sees: a line for each thing that they may want to know.

use std::fmt::Display;

/// Says one line about a part.
pub fn say(part: &str, what: impl Display) {
    println!("{part:>10}  {what}");
    tracing::info!("{part}: {what}");
}
