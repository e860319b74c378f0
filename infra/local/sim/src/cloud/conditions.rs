//! The conditions that a cloud is under, which may change while it runs.

use serde::Serialize;

use super::sim::Sim;

/// What [`Sim::set_lag_ms`], [`Sim::set_capacity`], [`Sim::set_throttle`],
/// [`Sim::set_launch_error`], [`Sim::set_max_size`], [`Sim::set_lost_zone`],
/// [`Sim::set_volume_limit`] and [`Sim::set_volume_capacity`] set.
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
    /// The zone that is lost.
    pub lost_zone: Option<String>,
    /// The most GiB of volumes that the account may have; `None` is no bound.
    pub volume_limit: Option<u64>,
    /// The most GiB of volumes that there is room for in each zone; `None` is no bound.
    pub volume_capacity: Option<u64>,
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
            lost_zone: self.lost_zone.clone(),
            volume_limit: self.storage.limit,
            volume_capacity: self.storage.capacity,
        }
    }

    /// Has every launch of the group fail with this sentence of EC2's, such as "You have requested
    /// more vCPU capacity than your current vCPU limit of 32 allows for the instance bucket that the
    /// specified instance type belongs to."; `None`: none fails for that. StartInstances has nothing
    /// to do with it.
    pub fn set_launch_error(&mut self, error: Option<String>) {
        self.launch_error = error;
    }

    /// Sets the most GiB of volumes that the account may have; `None` is no bound. Those that are
    /// there, stay.
    pub fn set_volume_limit(&mut self, limit: Option<u64>) {
        self.storage.limit = limit;
    }

    /// Sets the most GiB of volumes that there is room for in each zone; `None` is no bound. Those
    /// that are there, stay.
    pub fn set_volume_capacity(&mut self, capacity: Option<u64>) {
        self.storage.capacity = capacity;
    }
}
