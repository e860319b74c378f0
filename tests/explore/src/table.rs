//! The durable seats as a value: the conditions of `hotdesk_tests::seats`, with which
//! `tests/table.rs` compares them, without homes, ledger, stream and age.

use std::collections::BTreeMap;

use hotdesk::{
    id::{InstanceId, UserId},
    ledger::{Ending, Farewell},
    seats::{BoxItem, Items, Open, Page, Seat, UserItem, UserState, Write},
};

use crate::{
    mutant::{Broken, Mutant},
    names::identity,
};

/// All items.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Table {
    /// Of users.
    pub users: BTreeMap<UserId, UserItem>,
    /// Of boxes.
    pub boxes: BTreeMap<InstanceId, BoxItem>,
}

impl Table {
    /// As [`hotdesk::seats::Seats::open`], of one person with a session that is not revoked.
    pub fn open(&mut self, seat: &Seat, broken: Broken) -> Open {
        let taken = BoxItem::Seat { user: seat.user.clone(), epoch: seat.epoch };
        let may_follow = |item: &UserItem| match item.state {
            UserState::Open => is(item, seat),
            UserState::Ending => false,
            UserState::Closed => item.seat.epoch < seat.epoch,
        };
        let user = self.users.get(&seat.user).filter(|item| !may_follow(item)).cloned();
        let mut instance = self.boxes.get(&seat.instance).filter(|item| **item != taken).cloned();
        if broken.has(Mutant::OpenWhateverTheBoxSays) {
            instance = None;
        }
        if user.is_some() || instance.is_some() {
            return Open::Conflict { user, instance };
        }
        let open = self.users.get(&seat.user);
        if !open.is_some_and(|item| item.state == UserState::Open && is(item, seat)) {
            let (seat, state, identity) = (seat.clone(), UserState::Open, identity());
            self.boxes.insert(seat.instance.clone(), taken);
            let item = UserItem { seat, state, identity, ending: None, farewell: None };
            self.users.insert(item.seat.user.clone(), item);
        }
        Open::Opened
    }

    /// As [`hotdesk::seats::Seats::end`].
    pub fn end(&mut self, seat: &Seat, ending: &Ending, broken: Broken) -> Write {
        let item = if broken.has(Mutant::NoEpochCheck) {
            self.users.get_mut(&seat.user)
        } else {
            self.seat(seat)
        };
        match item {
            Some(item) if item.state != UserState::Closed => {
                item.state = UserState::Ending;
                item.ending.get_or_insert_with(|| ending.clone());
                Write::Done
            }
            _ => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::part`].
    pub fn part(&mut self, seat: &Seat, farewell: Farewell) -> Write {
        match self.seat(seat) {
            Some(item) if item.state == UserState::Ending => {
                item.farewell.get_or_insert(farewell);
                Write::Done
            }
            _ => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::park`].
    pub fn park(&mut self, instance: &InstanceId, broken: Broken) -> Write {
        match self.boxes.get(instance) {
            None | Some(BoxItem::Parked) => self.set(instance, BoxItem::Parked),
            Some(_) if broken.has(Mutant::ParkWhateverTheItemSays) => {
                self.set(instance, BoxItem::Parked)
            }
            Some(_) => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::close_and_park`], or with `dead` as
    /// [`hotdesk::seats::Seats::close_dead`].
    pub fn close(&mut self, seat: &Seat, dead: bool, broken: Broken) -> Write {
        let any = broken.has(Mutant::NoEpochCheck);
        let theirs = match self.boxes.get(&seat.instance) {
            Some(BoxItem::Seat { user, epoch }) => {
                *user == seat.user && (any || *epoch == seat.epoch)
            }
            Some(BoxItem::Parked) => true,
            Some(BoxItem::Waking) | None => false,
        };
        let meant = |item: &&mut UserItem| {
            item.seat.instance == seat.instance && (any || item.seat.epoch == seat.epoch)
        };
        match self.users.get_mut(&seat.user).filter(meant) {
            Some(item) if theirs && (dead || item.state != UserState::Open) => {
                item.state = UserState::Closed;
                self.set(&seat.instance, BoxItem::Parked)
            }
            _ => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::bury`].
    pub fn bury(&mut self, instance: &InstanceId) -> Write {
        match self.boxes.get(instance) {
            Some(BoxItem::Parked | BoxItem::Waking) => self.set(instance, BoxItem::Parked),
            Some(BoxItem::Seat { .. }) | None => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::waking`] and [`hotdesk::seats::Seats::give_up_wake`].
    pub fn turn(&mut self, instance: &InstanceId, from: &BoxItem, to: &BoxItem) -> Write {
        match self.boxes.get(instance) {
            Some(item) if item == from || item == to => self.set(instance, to.clone()),
            _ => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::clear`].
    pub fn clear(&mut self, instance: &InstanceId) -> Write {
        match self.boxes.get(instance) {
            None => Write::Done,
            Some(BoxItem::Waking) => {
                self.boxes.remove(instance);
                Write::Done
            }
            Some(_) => Write::Refused,
        }
    }

    /// As [`hotdesk::seats::Seats::users`].
    #[must_use]
    pub fn users(&self, users: &[UserId]) -> Vec<UserItem> {
        users.iter().filter_map(|user| self.users.get(user).cloned()).collect()
    }

    /// As [`hotdesk::seats::Seats::instances`].
    #[must_use]
    pub fn instances(&self, instances: &[InstanceId]) -> Vec<(InstanceId, BoxItem)> {
        let item = |id: &InstanceId| Some((id.clone(), self.boxes.get(id)?.clone()));
        instances.iter().filter_map(item).collect()
    }

    /// As [`hotdesk::seats::Seats::scan`].
    #[must_use]
    pub fn items(&self) -> Items {
        Items {
            users: self.users.values().cloned().collect(),
            boxes: self.boxes.iter().map(|(id, item)| (id.clone(), item.clone())).collect(),
            revoked: Vec::new(),
        }
    }

    /// As [`hotdesk::seats::Seats::page`], large enough for all.
    #[must_use]
    pub fn page(&self) -> Page {
        Page { items: self.items(), next: None }
    }

    /// Whose open seat a box is.
    #[must_use]
    pub fn open_on(&self, instance: &InstanceId) -> Option<&UserItem> {
        self.users
            .values()
            .find(|item| item.state == UserState::Open && item.seat.instance == *instance)
    }

    fn seat(&mut self, seat: &Seat) -> Option<&mut UserItem> {
        self.users.get_mut(&seat.user).filter(|item| is(item, seat))
    }

    fn set(&mut self, instance: &InstanceId, item: BoxItem) -> Write {
        self.boxes.insert(instance.clone(), item);
        Write::Done
    }
}

fn is(item: &UserItem, seat: &Seat) -> bool {
    item.seat.instance == seat.instance && item.seat.epoch == seat.epoch
}
