//! The adapter to EBS in front of the simulator, over HTTP and through the SDK with our retries.

#![allow(clippy::unwrap_used, reason = "a stage that cannot be set fails its test")]

mod ebs {
    pub(crate) mod attaching;
    pub(crate) mod scripted;
    pub(crate) mod snapshots;
    pub(crate) mod stage;
    pub(crate) mod volumes;
}
