//! What the operator decided.

use std::time::Duration;

use hotdesk::{
    config::Price,
    control::{HomePolicy, Policy, Reuse},
    spares::Spares,
};

/// What the operator decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Wishes {
    /// Boxes that run unassigned.
    pub spares: usize,
    /// Stopped boxes that are kept.
    pub max_standby: usize,
    /// Whether boxes are used again.
    pub reuse: bool,
}

impl Wishes {
    pub(super) fn policy(self) -> Policy {
        Policy {
            idle_timeout: Duration::from_secs(300),
            max_lifetime: None,
            spares: Spares::Fixed(self.spares),
            min_boxes: 0,
            max_standby: self.max_standby,
            max_standby_age: None,
            reuse: if self.reuse { Reuse::Clean } else { Reuse::Never },
            box_price: Price(0),
            homes: HomePolicy {
                fleet: String::new(),
                size: 1,
                archive_after: None,
                keep_deleted: Duration::ZERO,
                lost_zones: Vec::new(),
            },
            names: None,
        }
    }
}
