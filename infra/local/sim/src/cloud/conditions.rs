//! The conditions that a cloud is under, which may change while it runs.

use serde::Serialize;

use super::sim::Sim;

/// What [`Sim::set_lag_ms`], [`Sim::set_capacity`], [`Sim::set_throttle`],
/// [`Sim::set_launch_error`] and [`Sim::set_max_size`] set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conditions {
    /// How old what a Describe call shows may be, in ms.
    pub lag_ms: u64,
    /// The most instances that can be pending or running at once in each zone; `None` is no bound.
    pub capacity: Option<u32>,
    /// Whether calls are throttled.
    pub throttle: bool,
    /// Why the group's launches fail; `None`: they do not.
    pub launch_error: Option<String>,
    /// The group's MaxSize.
    pub max_size: u32,
}

impl Sim {
    /// The conditions now.
    #[must_use]
    pub fn conditions(&self) -> Conditions {
        Conditions {
            lag_ms: self.settings.lag_ms,
            capacity: self.capacity,
            throttle: self.settings.throttle,
            launch_error: self.launch_error.clone(),
            max_size: self.group.spec.max,
        }
    }

    /// Has every launch of the group fail with this sentence of EC2's, such as "You have requested
    /// more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the
    /// specified instance type belongs to."; `None`: none fails for that. StartInstances has nothing
    /// to do with it.
    pub fn set_launch_error(&mut self, error: Option<String>) {
        self.launch_error = error;
    }
}
