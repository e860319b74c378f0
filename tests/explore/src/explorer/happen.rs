//! What becomes of what happens.

use std::sync::Arc;

use hotdesk::{
    fleet::{Lifecycle, Power},
    id::Epoch,
    store::Touch,
};

use super::{Event, World};
use crate::{
    call::{Call, TableCall},
    names::{LONG_AGO, NOW, instance, user},
    outcome::Outcome,
    reference::model::{BoxPhase, Model, Phase},
    state::State,
};

impl World {
    pub(crate) fn happen(&self, state: &mut State, event: Event) {
        match event {
            Event::Launch(n) => state.cloud.launch(n),
            Event::Boots(n) => body(state, n).ready = true,
            Event::Slow(n) => {
                state.faults -= 1;
                body(state, n).late = true;
            }
            Event::HookOver(n) => {
                let body = body(state, n);
                let early =
                    body.lifecycle == Lifecycle::PendingWait && body.power != Power::Terminated;
                body.end();
                state.faults -= u8::from(early);
            }
            Event::Dies(n) => {
                state.faults -= 1;
                body(state, n).die();
            }
            Event::Unlisted(n) => {
                state.faults -= 1;
                state.cloud.boxes[n] = None;
            }
            Event::Rested(n) | Event::Aged(n) => {
                if let Some(since) = store(state).arriving.get_mut(instance(n)) {
                    *since = LONG_AGO;
                }
                if let Some(machine) = store(state).boxes.get_mut(instance(n)) {
                    machine.since = LONG_AGO;
                    match &mut machine.phase {
                        BoxPhase::Standby(at) | BoxPhase::Waking(at) => *at = LONG_AGO,
                        _ => {}
                    }
                }
            }
            Event::Beat(n) => self.beat(state, n),
            Event::Idle(n) | Event::Deaf(n) => {
                state.faults -= u8::from(event == Event::Deaf(n));
                if let Some(row) = store(state).users.get_mut(user(n)) {
                    row.last_seen = Some(LONG_AGO);
                }
                state.people[n].active &= event == Event::Deaf(n);
                self.forget_beats(state, n, event == Event::Deaf(n));
            }
            Event::StopsAsking(n) => {
                if let Some(row) = store(state).users.get_mut(user(n)) {
                    row.phase = Phase::Starting { asked: LONG_AGO };
                }
            }
            Event::Flushed => {
                state.faults -= 1;
                state.store = Arc::default();
                state.actors.iter_mut().for_each(|actor| actor.lost = true);
            }
            Event::Copied => state.copy = Some(Arc::clone(&state.store)),
            Event::FallsBack => {
                state.faults -= 1;
                if let Some(copy) = state.copy.take() {
                    state.store = copy;
                }
                state.actors.iter_mut().for_each(|actor| actor.lost = true);
            }
        }
    }

    /// Whoever is about to end this user's seat in the table asked the box before they came back. A
    /// store that was not lost tells them that their seat is over.
    pub(super) fn come_late(&self, state: &mut State, n: usize) {
        for actor in state.actors.iter_mut().filter(|actor| actor.lost) {
            let ends = |call: &Call| matches!(call, Call::Table(TableCall::End(seat, _)) if seat.user == *user(n));
            if self.replays.place(actor.place).asks.iter().any(|(_, call)| ends(call)) {
                actor.late |= 1 << n;
            }
        }
    }

    /// The box of an idle user has not seen them either, unless only the control plane was deaf.
    fn forget_beats(&self, state: &mut State, n: usize, seen: bool) {
        if let Some((of, _)) = state.people[n].tab
            && let Some(body) = &mut state.cloud.boxes[of]
        {
            body.seen = seen;
        }
    }

    /// The page of a seat says that it is in use, to its box and through it to the store; of one that
    /// is over, it offers another.
    fn beat(&self, state: &mut State, n: usize) {
        let Some((of, epoch)) = state.people[n].tab else { return };
        if let Some(body) = &mut state.cloud.boxes[of] {
            body.seen = true;
        }
        match store(state).touch(user(n), instance(of), Epoch(epoch.0), NOW) {
            Ok(Touch::Ok(_)) => {
                state.people[n].active = true;
                self.come_late(state, n);
            }
            Ok(Touch::Stale) => {
                state.people[n].tab = None;
                state.people[n].active = false;
                self.outcomes.note(Outcome::Stale);
            }
            // The page stays silent and goes on.
            Err(_) => {}
        }
    }
}

fn store(state: &mut State) -> &mut Model {
    Arc::make_mut(&mut state.store)
}

fn body(state: &mut State, n: usize) -> &mut crate::cloud::Body {
    state.cloud.boxes[n].as_mut().expect("it is there")
}
