//! Steps of the store: the reference model's, at a time of the explorer's.

mod end;
mod give;
mod locks;

use std::{sync::Arc, time::Duration};

use hotdesk::{
    id::InstanceId,
    seats::Seat,
    store::{self, Claim, Demand, Dropped, Evict, Idle, Rebuild, Touch},
};

use super::Step;
use crate::{
    call::{Reply, StoreCall},
    mutant::Mutant,
    names::{NOW, tick},
    outcome::Outcome,
    reference::model::{Answer, BoxPhase, Model},
};

impl Step<'_> {
    pub(super) fn store(&mut self, call: &StoreCall) -> Reply {
        self.step(call).unwrap_or(Reply::Cold)
    }

    fn model(&mut self) -> &mut Model {
        Arc::make_mut(&mut self.state.store)
    }

    fn step(&mut self, call: &StoreCall) -> Answer<Reply> {
        let now = match call {
            // What stamps nothing needs no time of its own.
            StoreCall::Touch(..)
            | StoreCall::FinishStop(..)
            | StoreCall::Wake(_)
            | StoreCall::DropBox(_)
            | StoreCall::Evict(_)
            | StoreCall::Arriving(_)
            | StoreCall::Idle(_)
            | StoreCall::Demand
            | StoreCall::View
            | StoreCall::Known(_)
            | StoreCall::Lock(_)
            | StoreCall::Unlock(_)
            | StoreCall::Release(_) => NOW,
            StoreCall::BeginStop(..)
            | StoreCall::Leave(..)
            | StoreCall::Retire(_)
            | StoreCall::Orphan(_)
            | StoreCall::Adopt(_)
            | StoreCall::Rebuild(..)
                if self.is(Mutant::NoStamp) =>
            {
                tick(1)
            }
            _ => self.state.fresh(&self.world.replays),
        };
        Ok(match call {
            StoreCall::Claim(user) => self.claim(user, now)?,
            StoreCall::Pop => {
                let pool = self.state.store.pool();
                let taken: Vec<InstanceId> = pool.get(self.chance).cloned().into_iter().collect();
                for id in &taken {
                    self.model().boxes.remove(id);
                }
                Reply::Ids(taken)
            }
            StoreCall::Give(user, id) => Reply::Claim(Claim::Assigned(self.give(user, id, now))),
            StoreCall::Touch(user, id, epoch) => {
                let touched = self.model().touch(user, id, *epoch, now)?;
                if matches!(touched, Touch::Ok(_)) {
                    self.note(Outcome::Deaf);
                }
                Reply::Touch(touched)
            }
            StoreCall::Admit(id, at) => self.admit(id, at, now)?,
            StoreCall::Adopt(_) if self.is(Mutant::DeafToTheTable) => {
                Reply::Adopt(store::Adopt::default())
            }
            StoreCall::Adopt(items) => {
                let adopted = self.model().adopt(items, now)?;
                if adopted.changed > 0 {
                    self.note(Outcome::Adopted);
                }
                Reply::Adopt(adopted)
            }
            StoreCall::Idle(cutoff) => {
                let plain = |idle: Idle| Idle { seat: plain(idle.seat), ..idle };
                Reply::Idle(self.state.store.idle(*cutoff)?.into_iter().map(plain).collect())
            }
            StoreCall::BeginStop(user, epoch, cutoff) => {
                self.begin_stop(user, *epoch, *cutoff, now)?
            }
            StoreCall::Leave(user, epoch) => self.leave(user, *epoch, now)?,
            StoreCall::Retire(n) => {
                let mut pool = self.state.store.pool();
                let len = pool.len();
                pool.rotate_left(if len > 0 { self.chance % len } else { 0 });
                pool.truncate(*n);
                let stops = self.model().retire(&pool, now)?;
                if !stops.is_empty() {
                    self.note(Outcome::Retired);
                }
                Reply::Stops(stops)
            }
            StoreCall::Orphan(id) => {
                let before = phase(&self.state.store, id);
                let stop = self.model().orphan(id, now)?;
                if stop.is_some() && !matches!(before, Some(BoxPhase::Stopping(_))) {
                    self.note(Outcome::Stray);
                }
                Reply::Orphan(stop)
            }
            StoreCall::FinishStop(id, stamp) => self.finish_stop(id, *stamp)?,
            StoreCall::Wake(n) => {
                let woken = self.model().wake(*n, now)?;
                for id in &woken {
                    self.note(Outcome::Woken);
                    self.turns(id);
                }
                Reply::Ids(woken)
            }
            StoreCall::DropBox(id) => {
                let dropped = self.model().drop_box(id, now)?;
                if dropped == Dropped::Dropped {
                    self.note(Outcome::Dropped);
                }
                Reply::Dropped(dropped)
            }
            StoreCall::Evict(id) => {
                let evicted = self.model().evict(id, now)?;
                match evicted {
                    Evict::WasSpare => self.note(Outcome::EvictedSpare),
                    Evict::WasAssigned { .. } => self.note(Outcome::EvictedAssigned),
                    Evict::Unknown => {}
                }
                Reply::Evict(evicted)
            }
            StoreCall::Demand => {
                let demand = self.state.store.demand(now)?;
                Reply::Demand(Demand { longest: Duration::ZERO, ..demand })
            }
            StoreCall::Rebuild(items, spares) => {
                let rebuilt = self.model().rebuild(items, spares, now);
                self.note(match rebuilt {
                    Rebuild::Rebuilt => Outcome::Rebuilt,
                    _ => Outcome::RebuiltBySomebodyElse,
                });
                Reply::Rebuild(rebuilt)
            }
            StoreCall::View => Reply::View(self.state.store.view()?),
            StoreCall::Known(ids) => {
                self.state.store.view()?;
                Reply::Known(self.state.store.known(ids))
            }
            StoreCall::Arriving(ids) => Reply::Unit(self.model().arriving(ids, now)?),
            StoreCall::Lock(duty) => Reply::Lock(self.lock(*duty as usize)),
            StoreCall::Unlock(duty) => Reply::Unlock(self.unlock(*duty as usize, true)),
            StoreCall::Release(duty) => Reply::Unlock(self.unlock(*duty as usize, false)),
        })
    }
}

/// Since when, nobody asks.
fn plain(seat: Seat) -> Seat {
    Seat { since: NOW, ..seat }
}

fn phase(store: &Model, id: &InstanceId) -> Option<BoxPhase> {
    store.boxes.get(id).map(|machine| machine.phase)
}
