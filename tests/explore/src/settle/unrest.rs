//! What is as it should be at rest.

use std::collections::BTreeSet;

use hotdesk::{
    fleet::{Lifecycle, Power},
    seats::{BoxItem, UserState},
};

use crate::{
    explorer::World,
    names::{LONG_AGO, instance},
    reference::model::{BoxPhase, Phase},
    state::State,
};

/// What is not as it should be at rest.
pub(super) fn unrest(world: &World, state: &State) -> Option<String> {
    let State { store, table, cloud, .. } = state;
    if cloud.counted() < cloud.desired && cloud.boxes.iter().all(Option::is_some) {
        // The group would launch a box, of which there are no more here.
        return None;
    }
    if store.ready.is_none() {
        return Some("the store is cold".into());
    }
    let mut used = BTreeSet::new();
    for (id, machine) in &store.boxes {
        match machine.phase {
            BoxPhase::Spare | BoxPhase::Running => drop(used.insert(id)),
            BoxPhase::Standby(_) | BoxPhase::Gone => {}
            phase => return Some(format!("{id} is left {phase:?}")),
        }
    }
    if let Some(id) = store.arriving.keys().next() {
        return Some(format!("{id} is left arriving"));
    }
    for n in 0..cloud.boxes.len() {
        let (id, body) = (instance(n), cloud.boxes[n]);
        let standby = matches!(
            store.boxes.get(id).map(|machine| machine.phase),
            Some(BoxPhase::Standby(at)) if at == LONG_AGO
        );
        let is = |l, p| body.is_some_and(|b| b.lifecycle == l && b.power == p);
        let serves = is(Lifecycle::InService, Power::Running);
        let rests = is(Lifecycle::Standby, Power::Stopped);
        let gone = body.is_none_or(|b| b.lifecycle == Lifecycle::Other);
        let item = table.boxes.get(id);
        let fits = match (used.contains(id), standby) {
            (true, _) => serves && matches!(item, None | Some(BoxItem::Seat { .. })),
            (_, true) => rests && item == Some(&BoxItem::Parked),
            _ => gone && matches!(item, None | Some(BoxItem::Parked)),
        };
        if !fits {
            return Some(format!("{id}: {body:?}, {item:?}, {:?}", store.boxes.get(id)));
        }
    }
    for item in table.users.values() {
        let row = store.users.get(&item.seat.user).map(|row| &row.phase);
        let fits = match item.state {
            UserState::Open => row == Some(&Phase::Running(item.seat.instance.clone())),
            UserState::Ending => false,
            UserState::Closed => !matches!(row, Some(Phase::Running(_) | Phase::Stopping(_))),
        };
        if !fits {
            return Some(format!("{} is {row:?}, {:?}", item.seat.user, item.state));
        }
    }
    let waiting = store.users.values().filter(|row| matches!(row.phase, Phase::Starting { .. }));
    let active = store.users.values().filter(|row| matches!(row.phase, Phase::Running(_)));
    let (waiting, active) = (waiting.count(), active.count());
    let need = (active + waiting + world.size.wishes.spares).min(cloud.max);
    if cloud.desired != need || used.len() != need {
        return Some(format!("{} boxes, {} desired, {need} needed", used.len(), cloud.desired));
    }
    (waiting > 0 && active < cloud.max).then(|| "somebody waits who could be served".into())
}
