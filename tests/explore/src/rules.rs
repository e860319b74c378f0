//! What must hold in every state.

use std::collections::BTreeSet;

use hotdesk::seats::{BoxItem, UserState};
use stateright::Property;

use crate::{
    explorer::World,
    names::instance,
    reference::model::{BoxPhase, Phase},
    settle,
    state::State,
};

/// That passes find all there is to do.
pub(crate) const REST: &str = "passes bring everything to rest";

/// The properties for stateright.
#[must_use]
pub fn properties() -> Vec<Property<World>> {
    vec![
        Property::always("nothing happened that must never", |_, state: &State| {
            state.broken.is_none()
        }),
        Property::always("the store agrees with itself", |_, state: &State| store(state).is_none()),
        Property::always("the table agrees with itself", |_, state: &State| table(state).is_none()),
        Property::always("the group is not above MaxSize", |_, state: &State| {
            state.cloud.counted() <= state.cloud.max && state.cloud.desired <= state.cloud.max
        }),
        Property::always(REST, |world: &World, state: &State| {
            !world.size.settle || !state.actors.is_empty() || settle::settles(world, state)
        }),
    ]
}

/// Where the store contradicts itself.
#[must_use]
pub fn store(state: &State) -> Option<String> {
    let store = &state.store;
    let mut held = BTreeSet::new();
    for (user, row) in &store.users {
        let (of, running) = match &row.phase {
            Phase::Running(of) => (of, true),
            Phase::Stopping(of) => (of, false),
            Phase::None | Phase::Stopped | Phase::Starting { .. } => continue,
        };
        let phase = store.boxes.get(of).map(|machine| machine.phase);
        let fits = match phase {
            Some(BoxPhase::Running) => running,
            Some(BoxPhase::Stopping(_)) => !running,
            _ => false,
        };
        if !fits {
            return Some(format!("{user} has {of}, which is {phase:?}"));
        }
        if !held.insert(of) {
            return Some(format!("two users have {of}"));
        }
    }
    for (id, machine) in &store.boxes {
        if machine.phase == BoxPhase::Running && !held.contains(id) {
            return Some(format!("{id} runs for nobody"));
        }
        if store.arriving.contains_key(id) {
            return Some(format!("{id} arrives and is {:?}", machine.phase));
        }
    }
    let waits = store.users.values().any(|row| matches!(row.phase, Phase::Starting { .. }));
    (waits && !store.pool().is_empty()).then(|| "somebody waits while there is a spare".into())
}

/// Where the table contradicts itself.
#[must_use]
pub fn table(state: &State) -> Option<String> {
    let table = &state.table;
    for item in table.users.values().filter(|item| item.state != UserState::Closed) {
        let seat = BoxItem::Seat { user: item.seat.user.clone(), epoch: item.seat.epoch };
        if table.boxes.get(&item.seat.instance) != Some(&seat) {
            return Some(format!("the item of {} is not that of its user", item.seat.instance));
        }
    }
    for n in 0..state.cloud.boxes.len() {
        if let Some(BoxItem::Seat { user, epoch }) = table.boxes.get(instance(n)) {
            let theirs = table.users.get(user).is_some_and(|item| {
                item.state != UserState::Closed
                    && item.seat.instance == *instance(n)
                    && item.seat.epoch == *epoch
            });
            if !theirs {
                return Some(format!("{} is the seat of nobody", instance(n)));
            }
        }
    }
    None
}
