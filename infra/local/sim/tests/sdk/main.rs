//! The HTTP face, driven by the real SDK clients.
#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod control;
mod desk;
mod disks;
mod faults;
mod stage;
mod wire;
