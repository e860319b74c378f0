//! The adapter to Route 53: in front of moto, and in front of what moto does not say.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod names {
    pub(crate) mod records;
    pub(crate) mod scripted;
    pub(crate) mod stage;
}
