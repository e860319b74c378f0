//! The rules of the core, each by a short run, and its invariants under random calls.
#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod activities;
mod describing;
mod events;
mod health;
mod hooks;
mod instances;
mod invariants;
mod lag;
mod ops;
mod property;
mod room;
mod scaling;
mod spot;
mod standby;
mod throttle;
mod world;
mod zones;
