//! Looking at the store, and its locks.

use hotdesk::{
    id::InstanceId,
    store::{self, Known, Lock, Unlock},
};

use super::Step;
use crate::{
    outcome::Outcome,
    reference::model::{BoxPhase, Model, Phase},
};

impl Step<'_> {
    /// A lease is over some time after its holder died.
    pub(super) fn lock(&mut self, duty: usize) -> Lock {
        let bit = 1 << duty;
        let me = self.actor;
        let others = self.state.actors.iter().enumerate();
        if others.into_iter().any(|(n, actor)| n != me && actor.locks & bit != 0) {
            self.state.words[duty] = true;
            self.note(Outcome::ScalingBusy);
            return Lock::Busy;
        }
        self.state.actors[me].locks |= bit;
        self.state.words[duty] = false;
        Lock::Locked
    }

    pub(super) fn unlock(&mut self, duty: usize, keep: bool) -> Unlock {
        let bit = 1 << duty;
        if self.state.actors[self.actor].locks & bit == 0 {
            return Unlock::Lost;
        }
        let again = std::mem::take(&mut self.state.words[duty]);
        if !(again && keep) {
            self.state.actors[self.actor].locks &= !bit;
        }
        if again { Unlock::Again } else { Unlock::Released }
    }
}

/// As [`hotdesk::store::Store::known`].
pub(super) fn known(store: &Model, id: &InstanceId) -> Known {
    let machine = store.boxes.get(id);
    let owner = store.users.iter().find(|(_, row)| match &row.phase {
        Phase::Running(of) | Phase::Stopping(of) => of == id,
        Phase::None | Phase::Stopped | Phase::Starting { .. } => false,
    });
    Known {
        phase: match machine.map(|machine| machine.phase) {
            None => store::BoxPhase::Unknown,
            Some(BoxPhase::Spare) => store::BoxPhase::Spare,
            Some(BoxPhase::Running) => store::BoxPhase::Running,
            Some(BoxPhase::Stopping(_)) => store::BoxPhase::Stopping,
            Some(BoxPhase::Standby(_)) => store::BoxPhase::Standby,
            Some(BoxPhase::Waking(_)) => store::BoxPhase::Waking,
            Some(BoxPhase::Gone) => store::BoxPhase::Gone,
        },
        owner: owner.map(|(user, row)| (user.clone(), row.epoch.unwrap_or_default())),
        since: machine.map(|machine| machine.since),
    }
}
