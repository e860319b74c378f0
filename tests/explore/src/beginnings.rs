//! From where it is explored: from nothing, and from the middle of a working day, so that what is
//! interesting is not many steps away.

use std::collections::HashSet;

use stateright::Model;

use crate::{
    call::{Call, TableCall},
    explorer::{Event, Slow, World},
    flow::{Flow, Part},
    names::user,
    reference::model::Phase,
    settle,
    state::State,
};

/// The states to begin from.
pub(crate) fn states(world: &World) -> Vec<State> {
    let size = world.size;
    let empty = State::new(size.users, size.boxes, size.max, size.faults);
    let mut states = vec![empty.clone()];
    // Alone at work; both at work; and then one of them gone, whose box is parked, lately or for long.
    let alone = at_work(world, empty, 1);
    let both = at_work(world, alone.clone(), size.users);
    states.push(alone);
    let mut parked = both.clone();
    states.push(both);
    if let Some(row) = parked.store.users.get(user(size.users - 1))
        && let (Phase::Running(_), Some(epoch)) = (&row.phase, row.epoch)
    {
        settle::run(world, &mut parked, Flow::Leave(size.users - 1, epoch.0));
        // Whoever stopped it has died before that was written down.
        let closes = |call: &Call| matches!(call, Call::Table(TableCall::CloseAndPark(_)));
        settle::run_until(world, &mut parked, Flow::Pass(Part::Stops), closes);
        states.push(parked.clone());
        settle::run(world, &mut parked, Flow::Pass(Part::Stops));
        states.push(parked.clone());
        settle::rested(world, &mut parked);
        states.push(parked.clone());
        // The other one is back, and the box is woken.
        for flow in [Flow::Dispatch(size.users - 1), Flow::Converge] {
            settle::run(world, &mut parked, flow);
        }
        settle::boots(world, &mut parked);
        states.push(parked);
    }
    let launching = launching(world, &states[1]);
    states.push(spare(world, &launching));
    states.push(launching);
    for state in &mut states {
        world.order(state);
    }
    match size.slow {
        Some(slow) => around(world, states, slow),
        None => states,
    }
}

/// Where something else may have happened before a function begins that is slow.
fn around(world: &World, states: Vec<State>, slow: Slow) -> Vec<State> {
    let (mut known, mut around, mut last) = (HashSet::new(), Vec::new(), states);
    for happened in 0..=slow.before {
        last.retain(|state| known.insert(state.clone()));
        around.extend(last.iter().cloned());
        if happened < slow.before {
            let next = |state: &State| {
                let next = world.quick(state).into_iter();
                next.filter_map(|action| world.next_state(state, action)).collect::<Vec<_>>()
            };
            last = last.iter().flat_map(next).collect();
        }
    }
    around.iter_mut().for_each(|state| state.left = slow.beside);
    around
}

/// Somebody else asks, and a box boots for them.
fn launching(world: &World, state: &State) -> State {
    let mut state = State { faults: 0, ..state.clone() };
    for flow in [Flow::Dispatch(world.size.users - 1), Flow::Converge] {
        settle::run(world, &mut state, flow);
    }
    while let Some(n) = state.cloud.to_launch() {
        world.happen(&mut state, Event::Launch(n));
    }
    settle::boots(world, &mut state);
    State { faults: world.size.faults, ..state }
}

/// They go before it is there.
fn spare(world: &World, launching: &State) -> State {
    let mut state = State { faults: 0, ..launching.clone() };
    let goes = Flow::Leave(world.size.users - 1, 0);
    for flow in [goes, Flow::Pass(Part::Reconcile)] {
        settle::run(world, &mut state, flow);
    }
    settle::receive(world, &mut state);
    State { faults: world.size.faults, ..state }
}

/// The first of the users come, and get boxes.
fn at_work(world: &World, mut state: State, users: usize) -> State {
    let faults = std::mem::take(&mut state.faults);
    for n in 0..users {
        settle::run(world, &mut state, Flow::Dispatch(n));
    }
    for _ in 0..2 {
        settle::pass(world, &mut state);
    }
    for n in 0..users {
        settle::run(world, &mut state, Flow::Dispatch(n));
    }
    State { faults, ..state }
}
