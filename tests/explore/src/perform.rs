//! One step: a call takes effect, and is answered.

mod cloud;
mod store;
mod table;

use hotdesk::{id::InstanceId, seats::Seat};

use crate::{
    call::{Call, CloudCall, Reply, StoreCall},
    explorer::World,
    mutant::Mutant,
    names::{NOW, box_index, instance, user_index},
    outcome::Outcome,
    state::State,
};

/// One step of the function at this place among [`State::actors`].
pub(crate) struct Step<'a> {
    pub(crate) world: &'a World,
    pub(crate) state: &'a mut State,
    pub(crate) actor: usize,
    /// Which of the outcomes that chance decides between.
    pub(crate) chance: usize,
}

impl Step<'_> {
    pub(crate) fn perform(&mut self, call: &Call) -> Reply {
        match call {
            Call::Store(call) => self.store(call),
            Call::Table(call) => self.table(call),
            Call::Cloud(call) => self.cloud(call),
            Call::Readiness(n) => Reply::Ready(self.state.cloud.boxes[*n].is_some_and(|b| b.ready)),
            Call::LastHeartbeat(n) => {
                let sees = self.state.cloud.boxes[*n].is_some_and(|b| b.seen);
                Reply::Heartbeat(sees.then_some(NOW))
            }
            Call::Drain(id) => {
                if self.state.table.open_on(id).is_some() {
                    self.state.breaks("a box is drained under its user");
                }
                if let Some(b) = &mut self.state.cloud.boxes[box_index(id)] {
                    b.drained = true;
                }
                self.note(Outcome::Drained);
                Reply::Unit(())
            }
        }
    }

    fn note(&self, outcome: Outcome) {
        self.world.outcomes.note(outcome);
    }

    fn is(&self, mutant: Mutant) -> bool {
        self.world.broken.has(mutant)
    }

    /// The life of a box changed: whoever runs now is dead before its next one.
    fn turns(&mut self, id: &InstanceId) {
        for actor in &mut self.state.actors {
            actor.outlived |= 1 << box_index(id);
        }
    }

    /// A seat ends for idleness: its user was not seen for the idle time. One thing is excused: a store
    /// that forgot the stop which was just begun took a heartbeat between the reaper's last question to
    /// the box and its word in the table (see `late` of [`crate::state::Actor`]).
    fn check_idle(&mut self, seat: &Seat) {
        let n = user_index(&seat.user);
        let person = self.state.people[n];
        let late = self.state.actors[self.actor].late & 1 << n != 0;
        if !late && person.active && person.tab == Some((box_index(&seat.instance), seat.epoch)) {
            self.state.breaks("a box is taken from somebody who is there");
        }
    }
}

/// Between how many outcomes of a call chance decides.
pub(crate) fn chances(state: &State, call: &Call) -> usize {
    let listed = |ids: &[InstanceId]| {
        if state.faults == 0 {
            return 0;
        }
        ids.iter().filter(|id| state.cloud.of(id).is_some()).count()
    };
    match call {
        Call::Store(StoreCall::Claim(_) | StoreCall::Pop) => state.store.pool().len().max(1),
        Call::Store(StoreCall::Retire(n)) => {
            let pool = state.store.pool().len();
            if *n < pool { pool } else { 1 }
        }
        Call::Cloud(CloudCall::Members(ids) | CloudCall::Machines(ids)) => 1 + listed(ids),
        Call::Cloud(CloudCall::Group) => {
            let all: Vec<InstanceId> =
                (0..state.cloud.boxes.len()).map(|n| instance(n).clone()).collect();
            1 + listed(&all)
        }
        _ => 1,
    }
}
