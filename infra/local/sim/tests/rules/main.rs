//! The rules of the core, each by a short run, and its invariants under random calls.

mod describing;
mod events;
mod health;
mod hooks;
mod instances;
mod invariants;
mod property;
mod scaling;
mod standby;
mod world;
