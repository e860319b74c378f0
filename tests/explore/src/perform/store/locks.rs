//! Locks, which a dead holder leaves behind.

use hotdesk::store::{Lock, Unlock};

use super::Step;
use crate::outcome::Outcome;

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
