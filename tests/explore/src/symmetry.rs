//! Users are alike, and boxes are: of states that differ only in who is who, one is explored.
//!
//! Only where no function runs, as what functions were told names users and boxes.

use std::{
    fmt::Write,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

use hotdesk::{
    id::{InstanceId, UserId},
    seats::BoxItem,
};

use crate::{
    names::{addresses, box_index, instance, user, user_index},
    reference::model::{Model, Phase},
    state::State,
    table::Table,
};

/// New places, by the old ones.
struct Renaming {
    users: Vec<usize>,
    boxes: Vec<usize>,
}

/// The state that stands for all those that are like it.
pub(crate) fn representative(state: &mut State) {
    let users = ranks(state.people.len(), |n| user_key(state, n));
    let boxes = ranks(state.cloud.boxes.len(), |n| box_key(state, n, &users));
    let same = |ranks: &[usize]| ranks.iter().enumerate().all(|(n, rank)| n == *rank);
    if same(&users) && same(&boxes) {
        return;
    }
    let renaming = Renaming { users, boxes };
    state.store = Arc::new(renaming.store(&state.store));
    state.copy = state.copy.as_ref().map(|copy| Arc::new(renaming.store(copy)));
    state.table = Arc::new(renaming.table(&state.table));
    let (people, bodies) = (state.people.clone(), state.cloud.boxes.clone());
    for (n, person) in people.into_iter().enumerate() {
        let to = &mut state.people[renaming.users[n]];
        *to = person;
        to.tab = person.tab.map(|(of, epoch)| (renaming.boxes[of], epoch));
    }
    for (n, body) in bodies.into_iter().enumerate() {
        let tenant = |user: usize| renaming.users[user];
        state.cloud.boxes[renaming.boxes[n]] =
            body.map(|body| crate::cloud::Body { tenant: body.tenant.map(tenant), ..body });
    }
}

/// The place of each among all, by its key.
fn ranks(len: usize, key: impl Fn(usize) -> u64) -> Vec<usize> {
    let mut order: Vec<(u64, usize)> = (0..len).map(|n| (key(n), n)).collect();
    order.sort_unstable();
    let mut ranks = vec![0; len];
    for (rank, (_, n)) in order.into_iter().enumerate() {
        ranks[n] = rank;
    }
    ranks
}

/// What there is to say of a user without naming boxes.
fn user_key(state: &State, n: usize) -> u64 {
    let row = |store: &Arc<Model>| {
        store.users.get(user(n)).map(|row| {
            let phase = match row.phase {
                Phase::None => 0,
                Phase::Stopped => 1,
                Phase::Starting { .. } => 2,
                Phase::Running(_) => 3,
                Phase::Stopping(_) => 4,
            };
            (phase, row.epoch, row.last_seen, row.since)
        })
    };
    let item = state.table.users.get(user(n)).map(|item| (item.state, item.seat.epoch));
    let person = state.people[n];
    let mut hasher = DefaultHasher::new();
    let tab = person.tab.map(|(_, epoch)| epoch);
    (row(&state.store), state.copy.as_ref().map(row), item, person.active, tab).hash(&mut hasher);
    hasher.finish()
}

/// What there is to say of a box.
fn box_key(state: &State, n: usize, users: &[usize]) -> u64 {
    let id = instance(n);
    let of = |store: &Arc<Model>| {
        let holders = store.users.iter().filter(
            |(_, row)| matches!(&row.phase, Phase::Running(of) | Phase::Stopping(of) if of == id),
        );
        let holders: Vec<usize> = holders.map(|(user, _)| users[user_index(user)]).collect();
        let machine = store.boxes.get(id).map(|machine| (machine.phase, machine.since));
        (holders, machine, store.arriving.get(id).copied())
    };
    let item = state.table.boxes.get(id).map(|item| match item {
        BoxItem::Seat { user, epoch } => (0, users[user_index(user)], epoch.0),
        BoxItem::Parked => (1, 0, 0),
        BoxItem::Waking => (2, 0, 0),
    });
    let mut seats: Vec<(usize, String)> = Vec::new();
    for (user, item) in &state.table.users {
        if item.seat.instance == *id {
            let mut said = String::new();
            write!(said, "{:?} {:?}", item.state, item.farewell).expect("it takes all");
            seats.push((users[user_index(user)], said));
        }
    }
    let tabs = state.people.iter().enumerate();
    let mut tabs: Vec<usize> = tabs
        .filter(|(_, person)| person.tab.is_some_and(|(of, _)| of == n))
        .map(|(user, _)| users[user])
        .collect();
    seats.sort();
    tabs.sort_unstable();
    let body = state.cloud.boxes[n].map(|body| {
        let tenant = body.tenant.map(|user| users[user]);
        crate::cloud::Body { tenant, ..body }
    });
    let mut hasher = DefaultHasher::new();
    (of(&state.store), state.copy.as_ref().map(of), item, seats, tabs, body).hash(&mut hasher);
    hasher.finish()
}

impl Renaming {
    fn user(&self, old: &UserId) -> UserId {
        user(self.users[user_index(old)]).clone()
    }

    fn instance(&self, old: &InstanceId) -> InstanceId {
        instance(self.boxes[box_index(old)]).clone()
    }

    fn store(&self, store: &Model) -> Model {
        let mut renamed = Model { ready: store.ready, ..Model::default() };
        for (name, row) in &store.users {
            let mut row = row.clone();
            row.phase = match row.phase {
                Phase::Running(of) => Phase::Running(self.instance(&of)),
                Phase::Stopping(of) => Phase::Stopping(self.instance(&of)),
                phase => phase,
            };
            renamed.users.insert(self.user(name), row);
        }
        for (id, machine) in &store.boxes {
            let to = self.instance(id);
            let mut machine = machine.clone();
            machine.addresses = machine.addresses.map(|_| addresses(box_index(&to)));
            renamed.boxes.insert(to, machine);
        }
        renamed.arriving =
            store.arriving.iter().map(|(id, since)| (self.instance(id), *since)).collect();
        renamed
    }

    fn table(&self, table: &Table) -> Table {
        let mut renamed = Table::default();
        for (name, item) in &table.users {
            let mut item = item.clone();
            item.seat.user = self.user(name);
            item.seat.instance = self.instance(&item.seat.instance);
            item.seat.addresses = addresses(box_index(&item.seat.instance));
            renamed.users.insert(item.seat.user.clone(), item);
        }
        for (id, item) in &table.boxes {
            let item = match item {
                BoxItem::Seat { user, epoch } => {
                    BoxItem::Seat { user: self.user(user), epoch: *epoch }
                }
                item => item.clone(),
            };
            renamed.boxes.insert(self.instance(id), item);
        }
        renamed
    }
}
