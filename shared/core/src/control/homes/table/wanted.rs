//! Homes that a box is to have.

use std::time::Duration;

use super::{DAILY, Facts, Step};
use crate::{
    fleet::Power,
    homes::Wish,
    id::{InstanceId, VolumeId},
    volumes::{Progress, Volume, VolumeState},
};

/// In another zone, the snapshot of what its user wrote last is waited for so long; then the volume is
/// left where it is, and the newest completed one is taken.
const ZONE_PATIENCE: Duration = Duration::from_secs(10 * 60);

impl Facts<'_> {
    pub(super) fn wanted(&self, volume: &VolumeId, listed: &Volume, instance: &InstanceId) -> Step {
        let Some(machine) = self.wanted else { return Step::Wait };
        // Written just before its user came back: it was for a home that nobody uses.
        if matches!(self.home.wish, Some(Wish::Archive | Wish::Delete | Wish::Restore { .. })) {
            return self.write(|home| home.wish = None);
        }
        if let Some(attachment) = &listed.attachment {
            return match self.holder {
                _ if attachment.leaving => Step::Wait,
                _ if attachment.instance == *instance => self.on_its_box(volume),
                Some(Power::Stopped) => {
                    Step::Detach { volume: volume.clone(), from: attachment.instance.clone() }
                }
                _ => Step::Wait,
            };
        }
        if machine.zone != listed.zone {
            return self.elsewhere(volume, &listed.zone);
        }
        if machine.power != Power::Running || listed.state != VolumeState::Available {
            return Step::Wait;
        }
        Step::Attach(volume.clone())
    }

    /// Attached to the box that wants it.
    pub(super) fn on_its_box(&self, volume: &VolumeId) -> Step {
        let home = self.home;
        if home.taking.is_some() {
            return self.under_way(volume);
        }
        if !home.is_open() {
            return Step::Order(volume.clone());
        }
        if let Some(old) = home.old.first() {
            return Step::Sweep(old.clone());
        }
        // Of a session that goes on for days: what a crash would leave. It does not count as saved.
        let due = self.last_saved().max(home.attached_at).plus(DAILY);
        if due <= self.now { self.begin(false) } else { Step::Rest(Some(due)) }
    }

    /// The fleet is in another zone than the volume.
    pub(super) fn elsewhere(&self, volume: &VolumeId, zone: &str) -> Step {
        let home = self.home;
        let lost = self.policy.lost_zones.iter().any(|lost| lost == zone);
        if !home.is_dirty() {
            return self.give_up_volume(false);
        }
        match &home.taking {
            _ if lost => self.give_up_volume(true),
            None => self.begin(false),
            Some(taking) if self.now.since(taking.at) > ZONE_PATIENCE => self.give_up_volume(true),
            Some(_) => match self.snapshot.map(|snapshot| snapshot.progress) {
                Some(Progress::Error) => self.give_up_volume(true),
                _ => self.under_way(volume),
            },
        }
    }
}
