//! The keeper with real file systems on loop devices, as a process of root that may be killed.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod damaged;
mod ground;
mod growing;
mod killed;
mod letting;
mod making;
mod orders;
