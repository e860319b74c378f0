//! What can be made to go wrong, for callers in the same process and under tokio's paused clock.
#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod calls;
mod conditions;
mod events;
mod rules;
mod stage;
