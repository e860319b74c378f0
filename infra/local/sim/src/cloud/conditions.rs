//! The conditions that a cloud is under, which may change while it runs.

use serde::Serialize;

use super::sim::Sim;

/// What [`Sim::set_lag_ms`], [`Sim::set_capacity`] and [`Sim::set_throttle`] set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// How old what a Describe call shows may be, in ms.
    pub lag_ms: u64,
    /// The most instances that can be pending or running at once in each zone; `None` is no bound.
    pub capacity: Option<u32>,
    /// Whether calls are throttled.
    pub throttle: bool,
}

impl Sim {
    /// The conditions now.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        let settings = &self.settings;
        Conditions { lag_ms: settings.lag_ms, capacity: self.capacity, throttle: settings.throttle }
    }
}
