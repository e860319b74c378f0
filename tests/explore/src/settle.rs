//! Whether everything comes to rest once nothing goes wrong any more: functions run one after the
//! other, events are lost, and a few passes find all there is to do.

mod unrest;

use std::{
    collections::HashSet,
    hash::{DefaultHasher, Hash, Hasher},
    sync::RwLock,
};

use hotdesk::fleet::Power;

use crate::{
    call::Call,
    explorer::{Event, World},
    flow::{Flow, Part},
    names::{instance, user},
    reference::model::{BoxPhase, Phase},
    state::State,
};

/// How many passes it may take.
const PASSES: usize = 10;

/// After how many passes, a minute apart, a box has been waking for too long.
const WAKES: usize = 5;

/// States from which everything comes to rest.
#[derive(Debug, Default)]
pub(crate) struct Settled(RwLock<HashSet<u64>>);

impl Settled {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.0.read().expect("not poisoned").len()
    }
}

/// Whether everything comes to rest from here.
pub(crate) fn settles(world: &World, state: &State) -> bool {
    unsettled(world, state).is_none()
}

/// What is not as it should be after some passes.
pub(crate) fn unsettled(world: &World, state: &State) -> Option<String> {
    let mut state = State { faults: 0, copy: None, ..state.clone() };
    state.tidy();
    let mut passed = Vec::new();
    let mut wrong = None;
    for passes in 1..=PASSES {
        let hash = hash(&state);
        if world.settled.0.read().expect("not poisoned").contains(&hash) {
            wrong = None;
            break;
        }
        passed.push(hash);
        pass(world, &mut state);
        if passes == WAKES {
            age_wakes(world, &mut state);
        }
        wrong = state.broken.map(str::to_owned).or_else(|| unrest::unrest(world, &state));
        if wrong.is_none() {
            break;
        }
    }
    if wrong.is_none() {
        world.settled.0.write().expect("not poisoned").extend(passed);
    }
    wrong
}

fn hash(state: &State) -> u64 {
    let mut hasher = DefaultHasher::new();
    state.hash(&mut hasher);
    hasher.finish()
}

/// A minute: people who wait ask, the pass runs, the cloud does its part.
pub(crate) fn pass(world: &World, state: &mut State) {
    if state.store.ready.is_none() {
        run(world, state, Flow::Pass(Part::WarmUp));
    }
    for n in 0..state.people.len() {
        let phase = state.store.users.get(user(n)).map(|row| row.phase.clone());
        if matches!(phase, Some(Phase::Starting { .. } | Phase::Running(_))) {
            run(world, state, Flow::Dispatch(n));
        }
    }
    for part in [Part::Reap, Part::Stops, Part::Reconcile, Part::Stops] {
        run(world, state, Flow::Pass(part));
    }
    run(world, state, Flow::Converge);
    run(world, state, Flow::Pass(Part::DropStandby));
    while let Some(n) = state.cloud.to_launch() {
        world.happen(state, Event::Launch(n));
    }
    boots(world, state);
    for n in 0..state.cloud.boxes.len() {
        time_passes(world, state, n);
    }
    world.forget(state);
    receive(world, state);
    state.tidy();
}

/// Boxes that are ready go into service, and a second later, when it looks again, are admitted.
pub(crate) fn receive(world: &World, state: &mut State) {
    for _ in 0..2 {
        run(world, state, Flow::Receive);
    }
}

/// Standby boxes have rested.
pub(crate) fn rested(world: &World, state: &mut State) {
    for n in 0..state.cloud.boxes.len() {
        let phase = state.store.boxes.get(instance(n)).map(|machine| machine.phase);
        if matches!(phase, Some(BoxPhase::Standby(_))) {
            world.happen(state, Event::Rested(n));
        }
    }
}

/// Boxes that run are ready.
pub(crate) fn boots(world: &World, state: &mut State) {
    for n in 0..state.cloud.boxes.len() {
        let body = state.cloud.boxes[n];
        if body.is_some_and(|body| body.power == Power::Running && !body.ready) {
            world.happen(state, Event::Boots(n));
        }
    }
}

fn age_wakes(world: &World, state: &mut State) {
    for n in 0..state.cloud.boxes.len() {
        let phase = state.store.boxes.get(instance(n)).map(|machine| machine.phase);
        if matches!(phase, Some(BoxPhase::Waking(_))) {
            world.happen(state, Event::Aged(n));
        }
    }
}

fn time_passes(world: &World, state: &mut State, n: usize) {
    let phase = state.store.boxes.get(instance(n)).map(|machine| machine.phase);
    let unlisted = state.cloud.boxes[n].is_none();
    if unlisted && state.store.arriving.contains_key(instance(n)) {
        world.happen(state, Event::Aged(n));
    }
    match phase {
        Some(BoxPhase::Standby(_)) => world.happen(state, Event::Rested(n)),
        Some(BoxPhase::Spare | BoxPhase::Stopping(_) | BoxPhase::Waking(_)) if unlisted => {
            world.happen(state, Event::Aged(n));
        }
        _ => {}
    }
}

/// Runs a function to its end, undisturbed.
pub(crate) fn run(world: &World, state: &mut State, flow: Flow) {
    run_until(world, state, flow, |_| false);
}

/// Runs a function until it would make such a call, and it dies.
pub(crate) fn run_until(
    world: &World,
    state: &mut State,
    flow: Flow,
    dies: impl Fn(&Call) -> bool,
) {
    state.actors.clear();
    world.run_by(state, flow, |_, call| if dies(call) { None } else { Some(0) });
    state.tidy();
}
