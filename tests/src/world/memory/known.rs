//! What the reference model says of some boxes.

use std::collections::BTreeMap;

use hotdesk::{
    id::{Epoch, InstanceId, UserId},
    store::{BoxPhase as Phase, Known},
};

use crate::model::{
    BoxPhase, Model,
    Phase::{Running, Stopping},
};

/// For so few boxes it is not worth it to look at all users once.
const FEW: usize = 8;

impl Model {
    /// As [`hotdesk::store::Store::known`] in a warm store.
    pub(super) fn known(&self, instances: &[InstanceId]) -> Vec<Known> {
        let owners: BTreeMap<&InstanceId, (UserId, Epoch)> = if instances.len() > FEW {
            self.holders().collect()
        } else {
            let of = |id| self.holders().find(|(held, _)| *held == id);
            instances.iter().filter_map(of).collect()
        };
        let known = |id| {
            let Some(machine) = self.boxes.get(id) else {
                return Known { phase: Phase::Unknown, owner: None, since: None };
            };
            let phase = match machine.phase {
                BoxPhase::Spare => Phase::Spare,
                BoxPhase::Running => Phase::Running,
                BoxPhase::Stopping(_) => Phase::Stopping,
                BoxPhase::Standby(_) => Phase::Standby,
                BoxPhase::Waking(_) => Phase::Waking,
                BoxPhase::Gone => Phase::Gone,
            };
            Known { phase, owner: owners.get(id).cloned(), since: Some(machine.since) }
        };
        instances.iter().map(known).collect()
    }

    /// Who has which box, used or being stopped.
    fn holders(&self) -> impl Iterator<Item = (&InstanceId, (UserId, Epoch))> {
        self.users.iter().filter_map(|(name, user)| match &user.phase {
            Running(instance) | Stopping(instance) => {
                Some((instance, (name.clone(), user.epoch.unwrap_or_default())))
            }
            _ => None,
        })
    }
}
