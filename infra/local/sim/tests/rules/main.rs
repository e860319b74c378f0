//! The rules of the core, each by a short run, and its invariants under random calls.
#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod activities;
mod attaching;
mod describing;
mod disaster;
mod disk_invariants;
mod disk_ops;
mod disk_property;
mod disk_world;
mod events;
mod health;
mod hooks;
mod instances;
mod invariants;
mod lag;
mod late_disks;
mod ops;
mod property;
mod room;
mod scaling;
mod snapshots;
mod spot;
mod standby;
mod throttle;
mod volumes;
mod world;
mod zones;
