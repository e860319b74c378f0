//! What may happen that no function does.

use hotdesk::fleet::{Lifecycle, Power};

use super::World;
use crate::{
    flow::{Flow, Part},
    mutant::Mutant,
    names::{NOW, instance, user},
    reference::model::{BoxPhase, Phase},
    state::State,
};

/// Something that happens by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The group launches this box.
    Launch(usize),
    /// Its agent is ready.
    Boots(usize),
    /// It boots for too long.
    Slow(usize),
    /// Its launch or terminate hook runs out.
    HookOver(usize),
    /// It dies.
    Dies(usize),
    /// EC2 lists it no more.
    Unlisted(usize),
    /// It has rested.
    Rested(usize),
    /// The store has said the same of it for long.
    Aged(usize),
    /// A heartbeat of a user's tab.
    Beat(usize),
    /// A user was not seen for the idle time.
    Idle(usize),
    /// The control plane has heard nothing of a user for the idle time, though their box has.
    Deaf(usize),
    /// A user who waits closed their page long ago.
    StopsAsking(usize),
    /// The store is empty.
    Flushed,
    /// A copy of the store is made.
    Copied,
    /// The store falls back to that copy.
    FallsBack,
}

impl World {
    pub(super) fn events(&self, state: &State) -> Vec<Event> {
        // What takes longer than any function lives, and what none of those that run would see, may
        // as well have happened before they began.
        let quiet = self.is_quiet(state);
        let launch = state.cloud.to_launch().filter(|_| quiet);
        let mut events: Vec<Event> = launch.map(Event::Launch).into_iter().collect();
        for n in 0..self.size.boxes {
            self.of_the_box(state, n, &mut events);
        }
        let runs = |flow| state.actors.iter().any(|actor| actor.flow == flow);
        for n in 0..self.size.users {
            // Neither a pass nor a request lasts as long as that.
            let quiet = quiet && !runs(Flow::Pass(Part::Reap)) && !runs(Flow::Dispatch(n));
            let person = state.people[n];
            events.extend(person.tab.map(|_| Event::Beat(n)));
            match state.store.users.get(user(n)).map(|row| (&row.phase, row.last_seen)) {
                Some((Phase::Running(_), Some(NOW))) if quiet => {
                    events.push(Event::Idle(n));
                    let deaf = person.active && state.faults > 0;
                    events.extend(deaf.then_some(Event::Deaf(n)));
                }
                Some((Phase::Starting { asked }, _)) if *asked == NOW && quiet => {
                    events.push(Event::StopsAsking(n));
                }
                _ => {}
            }
        }
        if state.faults > 0 && state.store.ready.is_some() {
            events.push(Event::Flushed);
            if self.size.copies {
                events.push(if state.copy.is_some() { Event::FallsBack } else { Event::Copied });
            }
        }
        events
    }

    /// Whether what takes long may happen now.
    fn is_quiet(&self, state: &State) -> bool {
        state.actors.is_empty() || self.size.eager || self.size.slow.is_some()
    }

    fn of_the_box(&self, state: &State, n: usize, events: &mut Vec<Event>) {
        let machine = state.store.boxes.get(instance(n));
        let phase = machine.map(|machine| machine.phase);
        // Who ran when it changed its life is dead before a minute is over.
        let outlived = state.actors.iter().any(|actor| actor.outlived & 1 << n != 0);
        let outlived = outlived && !self.broken.has(Mutant::NoRest);
        if !outlived && phase == Some(BoxPhase::Standby(NOW)) {
            events.push(Event::Rested(n));
        }
        let Some(body) = state.cloud.boxes[n] else {
            let unused = matches!(
                phase,
                Some(
                    BoxPhase::Spare
                        | BoxPhase::Stopping(_)
                        | BoxPhase::Standby(_)
                        | BoxPhase::Waking(_)
                )
            );
            let lately = machine.is_some_and(|machine| machine.since == NOW);
            let arrives = state.store.arriving.get(instance(n)) == Some(&NOW);
            if state.actors.is_empty() && (unused && lately || arrives) {
                events.push(Event::Aged(n));
            }
            return;
        };
        if phase == Some(BoxPhase::Waking(NOW)) && !outlived {
            events.push(Event::Aged(n));
        }
        let quiet = self.is_quiet(state);
        let ended = body.power == Power::Terminated;
        let held = body.lifecycle == Lifecycle::PendingWait;
        let boots = body.power == Power::Running && !body.ready;
        events.extend((boots && quiet).then_some(Event::Boots(n)));
        if (body.lifecycle == Lifecycle::TerminatingWait || held && ended) && quiet {
            events.push(Event::HookOver(n));
        }
        if state.faults == 0 {
            return;
        }
        events.extend((boots && held && quiet && !body.late).then_some(Event::Slow(n)));
        events.extend((held && !ended).then_some(Event::HookOver(n)));
        events.extend((!ended).then_some(Event::Dies(n)));
        if ended && body.lifecycle == Lifecycle::Other && quiet {
            events.push(Event::Unlisted(n));
        }
    }
}
