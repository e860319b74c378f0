//! A zone that is lost. What AWS answers while one is, nobody can look up: all of this is
//! unverified.
//!
//! Its instances end as if somebody had pulled their plugs, nothing is launched or started in it, and
//! EBS does nothing with the volumes in it, though it still describes them. Snapshots are the
//! region's and stay, but for those whose volume was still being copied. [docs: ebs-snapshots]

use super::{
    disk_view::SnapshotState, effect::Effect, error::AwsError, sim::Sim, view::InstanceState,
};

impl Sim {
    /// Loses a zone, or gives back the one that was lost: its volumes are there again as they were.
    ///
    /// # Errors
    /// There is no such zone; nothing has changed then.
    pub fn set_lost_zone(&mut self, zone: Option<String>) -> Result<(), AwsError> {
        if let Some(zone) = &zone {
            self.known_zone(zone)?;
        }
        self.lost_zone = zone;
        self.end_instances();
        self.end_copies();
        Ok(())
    }

    fn end_instances(&mut self) {
        let all = self.machines.iter();
        let there = all.filter(|(_, machine)| {
            let over = [InstanceState::ShuttingDown, InstanceState::Terminated];
            self.lost(&self.settings.zone(machine.zone)) && !over.contains(&machine.state)
        });
        for id in there.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            let was_up = self.alter(&id, |machine| {
                machine.down_at = None;
                std::mem::take(&mut machine.up)
            });
            self.destroy(&id);
            if was_up == Some(true) {
                self.effects.push(Effect::BoxStopped { id });
            }
        }
    }

    fn end_copies(&mut self) {
        let all = self.storage.snapshots.iter();
        let cut_short = all.filter(|(_, copied)| {
            copied.state == SnapshotState::Pending && !copied.gone && self.lost(&copied.zone)
        });
        for id in cut_short.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.alter_snapshot(&id, |copied| {
                copied.state = SnapshotState::Error;
                copied.due = None;
            });
        }
    }

    /// This zone is lost.
    pub(super) fn lost(&self, zone: &str) -> bool {
        self.lost_zone.as_deref() == Some(zone)
    }

    /// EBS can do something with what is in this zone.
    pub(super) fn reachable(&self, zone: &str) -> Result<(), AwsError> {
        if !self.lost(zone) {
            return Ok(());
        }
        Err(AwsError {
            code: "InternalError".into(),
            message: "An internal error has occurred".into(),
            status: 500,
        })
    }

    /// The zone, if it is one of the group's: there are no others here. The sentence:
    /// hashicorp/terraform issue 6110.
    pub(crate) fn known_zone(&self, zone: &str) -> Result<String, AwsError> {
        let known = self.settings.zones.iter().find(|known| *known == zone);
        known.cloned().ok_or_else(|| {
            let message = format!("The zone '{zone}' does not exist.");
            AwsError::client("InvalidZone.NotFound", message)
        })
    }
}
