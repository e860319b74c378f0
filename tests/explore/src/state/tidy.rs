//! States that differ only in what no flow can tell apart are one state.

use std::{collections::BTreeMap, sync::Arc};

use hotdesk::{
    clock::Ms,
    fleet::{Lifecycle, Power},
    id::Epoch,
    ledger::{Ending, Why},
    seats::{BoxItem, UserState},
};

use super::State;
use crate::{
    names::{LONG_AGO, NOW, addresses, box_index, instance, tick, tick_of, user_index},
    reference::model::{BoxPhase, Model, Phase},
};

/// Lately or long ago.
fn coarse(at: Ms) -> Ms {
    if at == LONG_AGO { LONG_AGO } else { NOW }
}

/// Of times only lately and long ago are left, and the order of the queue; nothing of what is only
/// told to people.
pub(super) fn store(store: &mut Model) {
    store.ready = store.ready.map(|_| NOW);
    (store.walk, store.limit) = (None, None);
    store.boots.clear();
    store.logins.clear();
    store.arriving.values_mut().for_each(|since| *since = coarse(*since));
    store.users.retain(|_, row| row.epoch.is_some() || row.phase != Phase::None);
    let queues = |phase: &Phase| matches!(phase, Phase::Starting { .. } | Phase::Stopped);
    let mut order: Vec<Ms> =
        store.users.values().filter(|row| queues(&row.phase)).filter_map(|row| row.since).collect();
    order.sort_unstable();
    order.dedup();
    for row in store.users.values_mut() {
        (row.ts, row.warning, row.ends, row.stayed) = (None, None, None, None);
        row.last_seen = match row.phase {
            Phase::Running(_) => row.last_seen.map(coarse),
            _ => None,
        };
        if let Phase::Starting { asked } = &mut row.phase {
            *asked = coarse(*asked);
        }
        row.since = match row.phase {
            Phase::Running(_) | Phase::Stopping(_) => Some(NOW),
            _ => {
                row.since.and_then(|since| order.binary_search(&since).ok()).map(|n| tick(n as u64))
            }
        };
    }
    for (id, machine) in &mut store.boxes {
        machine.since = coarse(machine.since);
        machine.addresses = (machine.phase != BoxPhase::Gone).then(|| addresses(box_index(id)));
        match &mut machine.phase {
            BoxPhase::Standby(at) | BoxPhase::Waking(at) => *at = coarse(*at),
            BoxPhase::Stopping(_) | BoxPhase::Spare | BoxPhase::Running | BoxPhase::Gone => {}
        }
    }
}

/// Why a seat ended is for the ledger, and of a seat that is over only the epoch is asked; a box that
/// does not run has nothing that it remembers.
pub(super) fn rest(state: &mut State) {
    let quiet = state.actors.is_empty();
    let said = Ending { why: Why::Idle, at: NOW, last_seen: None, by: None };
    for item in Arc::make_mut(&mut state.table).users.values_mut() {
        item.seat.since = NOW;
        item.ending = item.ending.as_ref().map(|_| said.clone());
        if item.state == UserState::Closed && quiet {
            (item.ending, item.farewell) = (None, None);
            item.seat.instance = instance(0).clone();
            item.seat.addresses = addresses(0);
        }
    }
    for body in state.cloud.boxes.iter_mut().flatten() {
        if body.power != Power::Running {
            (body.ready, body.drained, body.tenant) = (false, false, None);
            body.seen = false;
        }
        body.late &= body.lifecycle == Lifecycle::PendingWait;
    }
}

/// All epochs that are written somewhere, and whose.
pub(super) fn epochs(state: &State) -> Vec<(usize, u64)> {
    let State { table, people, .. } = state;
    let mut all = Vec::new();
    for store in [Some(&state.store), state.copy.as_ref()].into_iter().flatten() {
        let rows = store.users.iter();
        all.extend(rows.filter_map(|(user, row)| Some((user_index(user), row.epoch?.0))));
    }
    let items = table.users.iter();
    all.extend(items.map(|(user, item)| (user_index(user), item.seat.epoch.0)));
    all.extend(table.boxes.values().filter_map(|item| match item {
        BoxItem::Seat { user, epoch } => Some((user_index(user), epoch.0)),
        BoxItem::Parked | BoxItem::Waking => None,
    }));
    let tabs = people.iter().enumerate();
    all.extend(tabs.filter_map(|(user, person)| Some((user, person.tab?.1.0))));
    all
}

/// The ticks of all stamps of stops.
pub(super) fn stamps(state: &State) -> Vec<u64> {
    let stores = [Some(&state.store), state.copy.as_ref()].into_iter().flatten();
    let stamp = |phase| match phase {
        BoxPhase::Stopping(at) => Some(tick_of(at.0)),
        _ => None,
    };
    stores.flat_map(|store| store.boxes.values()).filter_map(|b| stamp(b.phase)).collect()
}

/// Nobody remembers an epoch or a stamp: they are counted anew, in their order.
pub(super) fn compress(state: &mut State) {
    let mut known: BTreeMap<usize, Vec<u64>> = BTreeMap::new();
    for (user, epoch) in epochs(state) {
        known.entry(user).or_default().push(epoch);
    }
    let mut tight = stamps(state).into_iter().all(|stamp| stamp == 1);
    for epochs in known.values_mut() {
        epochs.sort_unstable();
        epochs.dedup();
        tight &= epochs.last().is_some_and(|last| tick_of(*last) == epochs.len() as u64);
    }
    if tight {
        return;
    }
    let rank = |user: usize, epoch: Epoch| {
        let rank = known.get(&user).and_then(|known| known.binary_search(&epoch.0).ok());
        Epoch(tick(rank.map_or(0, |rank| rank as u64 + 1)).0)
    };
    for store in [Some(&mut state.store), state.copy.as_mut()].into_iter().flatten() {
        let store = Arc::make_mut(store);
        for (user, row) in &mut store.users {
            row.epoch = row.epoch.map(|epoch| rank(user_index(user), epoch));
        }
        for machine in store.boxes.values_mut() {
            if let BoxPhase::Stopping(at) = &mut machine.phase {
                *at = tick(1);
            }
        }
    }
    let table = Arc::make_mut(&mut state.table);
    for (user, item) in &mut table.users {
        item.seat.epoch = rank(user_index(user), item.seat.epoch);
    }
    for item in table.boxes.values_mut() {
        if let BoxItem::Seat { user, epoch } = item {
            *epoch = rank(user_index(user), *epoch);
        }
    }
    for (user, person) in state.people.iter_mut().enumerate() {
        person.tab = person.tab.map(|(of, epoch)| (of, rank(user, epoch)));
    }
}
