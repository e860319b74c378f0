//! What the reference model says of some boxes.

use hotdesk::{
    id::InstanceId,
    store::{BoxPhase as Phase, Known},
};

use super::{BoxPhase, Model};

impl Model {
    /// As [`hotdesk::store::Store::known`] in a warm store.
    #[must_use]
    pub fn known(&self, instances: &[InstanceId]) -> Vec<Known> {
        let known = |id| {
            let Some(machine) = self.boxes.get(id) else {
                return Known { phase: Phase::Unknown, owner: None, since: None, stamp: None };
            };
            let phase = match machine.phase {
                BoxPhase::Spare => Phase::Spare,
                BoxPhase::Running => Phase::Running,
                BoxPhase::Stopping(_) => Phase::Stopping,
                BoxPhase::Standby(_) => Phase::Standby,
                BoxPhase::Waking(_) => Phase::Waking,
                BoxPhase::Gone => Phase::Gone,
            };
            let stamp = match machine.phase {
                BoxPhase::Stopping(stamp) => Some(stamp),
                _ => None,
            };
            let owner = self.holder(id).map(|(user, _)| {
                let epoch = self.users[&user].epoch.unwrap_or_default();
                (user, epoch)
            });
            Known { phase, owner, since: Some(machine.since), stamp }
        };
        instances.iter().map(known).collect()
    }
}
