//! Stops begin and end.

use hotdesk::{
    clock::Ms,
    id::{Epoch, InstanceId, UserId},
    store::{BeginStop, FinishStop, Leave},
};

use super::Step;
use crate::{call::Reply, mutant::Mutant, names::NOW, outcome::Outcome, reference::model::Answer};

impl Step<'_> {
    pub(super) fn begin_stop(
        &mut self,
        user: &UserId,
        epoch: Epoch,
        cutoff: Ms,
        now: Ms,
    ) -> Answer<Reply> {
        let begins = self.epoch(user, epoch);
        let begun = self.model().begin_stop(user, begins, cutoff, now)?;
        match begun {
            BeginStop::Begun(_) => {
                self.check_meant(begins, epoch);
                self.note(Outcome::Begun);
            }
            BeginStop::Revived => self.note(Outcome::Revived),
            BeginStop::AlreadyGone => {}
        }
        Ok(Reply::BeginStop(begun))
    }

    pub(super) fn leave(&mut self, user: &UserId, epoch: Epoch, now: Ms) -> Answer<Reply> {
        let begins = self.epoch(user, epoch);
        let left = self.model().leave(user, begins, now)?;
        if let Leave::Begun(_) = left {
            self.check_meant(begins, epoch);
        }
        if left != Leave::AlreadyGone {
            self.note(Outcome::Left);
        }
        Ok(Reply::Leave(left))
    }

    pub(super) fn finish_stop(&mut self, id: &InstanceId, stamp: Ms) -> Answer<Reply> {
        let finished = self.model().finish_stop(id, stamp, NOW)?;
        if finished == FinishStop::Finished {
            self.turns(id);
            self.note(Outcome::Parked);
        } else {
            self.note(Outcome::StopOutrun);
        }
        Ok(Reply::FinishStop(finished))
    }

    /// The epoch that is compared.
    fn epoch(&self, user: &UserId, epoch: Epoch) -> Epoch {
        let row = self.state.store.users.get(user);
        match row.and_then(|row| row.epoch) {
            Some(any) if self.is(Mutant::NoEpochCheck) => any,
            _ => epoch,
        }
    }

    fn check_meant(&mut self, begins: Epoch, meant: Epoch) {
        if begins != meant {
            self.state.breaks("the stop of another seat begins than was meant");
        }
    }
}
