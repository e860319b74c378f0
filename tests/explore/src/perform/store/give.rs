//! Boxes are given to people.

use std::time::Duration;

use hotdesk::{
    clock::Ms,
    fleet::Lifecycle,
    id::{Epoch, InstanceId, UserId},
    seats::{Addresses, Seat},
    store::{Admit, Claim, Place},
};

use super::{Step, plain};
use crate::{
    call::Reply,
    mutant::Mutant,
    names::{NOW, addresses, box_index},
    outcome::Outcome,
    reference::model::{Answer, BoxPhase, Machine, Phase},
};

impl Step<'_> {
    pub(super) fn claim(&mut self, user: &UserId, now: Ms) -> Answer<Reply> {
        let chance = self.chance;
        let claim = self.model().claim(user, now, now, &|pool| pool[chance].clone())?;
        Ok(Reply::Claim(match claim {
            Claim::Running(seat) => Claim::Running(plain(seat)),
            Claim::Assigned(seat) => Claim::Assigned(plain(seat)),
            Claim::Waiting(_) => {
                self.note(Outcome::Queued);
                let (booting, boot, limit) = (None, None, None);
                Claim::Waiting(Place { position: 1, since: NOW, booting, boot, limit })
            }
            claim => claim,
        }))
    }

    /// The second half of a claim that a mutant has cut in two.
    pub(super) fn give(&mut self, user: &UserId, id: &InstanceId, now: Ms) -> Seat {
        let store = self.model();
        let machine = Machine { phase: BoxPhase::Running, since: now, addresses: None };
        store.boxes.insert(id.clone(), machine);
        let row = store.users.entry(user.clone()).or_default();
        row.phase = Phase::Running(id.clone());
        (row.epoch, row.last_seen) = (Some(Epoch(now.0)), Some(now));
        let addresses = addresses(box_index(id));
        Seat {
            user: user.clone(),
            instance: id.clone(),
            epoch: Epoch(now.0),
            since: NOW,
            addresses,
        }
    }

    pub(super) fn admit(&mut self, id: &InstanceId, at: &Addresses, now: Ms) -> Answer<Reply> {
        let queue = self.is(Mutant::PoolPastTheQueue).then(|| self.state.store.users.clone());
        if queue.is_some() {
            for row in self.model().users.values_mut() {
                if let Phase::Starting { .. } = row.phase {
                    row.phase = Phase::Stopped;
                }
            }
        }
        let admitted = self.model().admit(id, at, now)?;
        if let Some(users) = queue {
            self.model().users = users;
        }
        let body = self.state.cloud.of(id);
        let held = body.is_some_and(|b| b.lifecycle == Lifecycle::PendingWait);
        if held && admitted != Admit::Known {
            self.state.breaks("a box is admitted that AWS may still give up");
        }
        Ok(Reply::Admit(match admitted {
            Admit::AssignedTo { seat, .. } => {
                self.note(Outcome::QueueServed);
                Admit::AssignedTo { seat: plain(seat), waited: Duration::ZERO }
            }
            admitted => admitted,
        }))
    }
}
