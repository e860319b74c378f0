//! What the operator decided about homes.

use std::time::Duration;

use envconfig::Envconfig;

use super::{Bounded, Words};
use crate::control::HomePolicy;

/// What the operator decided about homes.
#[derive(Clone, Debug, Envconfig)]
pub struct HomeConfig {
    /// GiB of a home (EBS User Guide: a gp3 volume has up to 64 TiB; nothing here needs that).
    #[envconfig(from = "HOME_SIZE_GIB", default = "20")]
    size: Bounded<1, 16_384>,
    /// The customer key that encrypts homes; the account's default one if empty.
    #[envconfig(from = "HOME_KEY_ID", default = "")]
    pub key: String,
    /// Days without use after which a home becomes a snapshot; 0 is never.
    #[envconfig(from = "HOME_ARCHIVE_DAYS", default = "0")]
    archive_days: Bounded<0, 3650>,
    /// Days for which the snapshots of a deleted home are kept.
    #[envconfig(from = "HOME_DELETED_DAYS", default = "30")]
    deleted_days: Bounded<0, 3650>,
    /// Availability zones that are lost, with commas between.
    #[envconfig(from = "LOST_ZONES", default = "")]
    lost_zones: Words,
}

impl HomeConfig {
    /// The operator's decisions, for that fleet.
    #[must_use]
    pub fn policy(&self, fleet: &str) -> HomePolicy {
        let days = |days: u64| Duration::from_secs(days * 86_400);
        HomePolicy {
            fleet: fleet.to_owned(),
            size: u32::try_from(self.size.0).unwrap_or(u32::MAX),
            archive_after: (self.archive_days.0 > 0).then(|| days(self.archive_days.0)),
            keep_deleted: days(self.deleted_days.0),
            lost_zones: self.lost_zones.0.clone(),
        }
    }
}
