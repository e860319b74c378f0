//! Functions run: call by call, or from beginning to end.

use super::World;
use crate::{
    call::Call,
    flow::{End, Flow},
    names::box_index,
    outcome::Outcome,
    perform::Step,
    state::{Actor, State},
};

impl World {
    /// A function begins.
    pub(crate) fn begin(&self, state: &mut State, flow: Flow) {
        let place = self.replays.begin(flow);
        state.actors.push(Actor { flow, place, outlived: 0, locks: 0, lost: false, late: 0 });
    }

    /// A function makes a call; whether it goes on.
    pub(crate) fn step(&self, state: &mut State, actor: usize, n: usize, chance: usize) -> bool {
        let place = self.replays.place(state.actors[actor].place);
        let asks = place.asks.iter().find(|(at, _)| *at == n);
        let (_, call) = asks.expect("it asks that");
        let reply = Step { world: self, state, actor, chance }.perform(call);
        let Actor { place: before, flow, .. } = state.actors[actor];
        let next = self.replays.next(before, n, &reply);
        state.actors[actor].place = next;
        let place = self.replays.place(next);
        let Some(end) = &place.end else { return true };
        if let (End::Ready(seat), Flow::Dispatch(user)) = (end, flow) {
            // Their page comes to the box at once, which notes who comes.
            let of = box_index(&seat.instance);
            let person = &mut state.people[user];
            (person.tab, person.active) = (Some((of, seat.epoch)), true);
            if let Some(body) = &mut state.cloud.boxes[of] {
                body.seen = true;
            }
            self.come_late(state, user);
            self.outcomes.note(Outcome::Sent);
        }
        state.actors.remove(actor);
        false
    }

    /// A function runs from its beginning to its end, and chance is kind.
    pub(crate) fn run(&self, state: &mut State, flow: Flow) {
        self.run_by(state, flow, |_, _| Some(0));
    }

    /// The same, where chance decides so; it dies where chance says nothing.
    pub(crate) fn run_by(
        &self,
        state: &mut State,
        flow: Flow,
        mut chance: impl FnMut(&State, &Call) -> Option<usize>,
    ) {
        self.begin(state, flow);
        let actor = state.actors.len() - 1;
        loop {
            let place = self.replays.place(state.actors[actor].place);
            let Some((n, call)) = place.asks.first() else { break };
            let Some(chance) = chance(state, call) else { break };
            if !self.step(state, actor, *n, chance) {
                break;
            }
        }
        state.actors.truncate(actor);
    }
}
