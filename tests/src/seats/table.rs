//! The table itself: a pure state machine, one step a call.

use std::{
    collections::{BTreeMap, BTreeSet},
    hash::{DefaultHasher, Hash, Hasher},
    mem,
    time::Duration,
};

use hotdesk::{
    clock::Ms,
    homes::Home,
    id::{Epoch, InstanceId, UserId},
    ledger::{End, Ending, Farewell, Session, Why},
    seats::{Answer, BoxItem, Identity, KEPT_REVOKED, Open, Seat, UserItem, UserState, Write},
};

use super::change::{Change, Item, box_key};

/// How long the item of a dead box is kept.
const KEPT_DEAD: Duration = Duration::from_secs(48 * 3600);

/// Word that capacity is wanted is left at most this often.
const WANTED_EVERY: Duration = Duration::from_secs(3);

/// Where an item is: by a hash of its key, as in DynamoDB, so that pages come in an order that has
/// nothing to do with names or with time.
pub(super) type Place = (u64, String);

pub(super) fn place(key: String) -> Place {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    (hasher.finish(), key)
}

/// See [`super::MemorySeats`].
#[derive(Debug, Default)]
pub(super) struct Table {
    pub(super) rows: BTreeMap<Place, Item>,
    pub(super) homes: BTreeMap<UserId, Home>,
    /// The homes with which something is to be done, and when.
    pub(super) due: BTreeSet<(Ms, UserId)>,
    pub(super) sessions: BTreeMap<(UserId, Epoch), Session>,
    changes: Vec<Change>,
    /// How many changes there were, ever.
    count: u64,
}

impl Table {
    pub(super) fn open(
        &mut self,
        seat: &Seat,
        identity: &Identity,
        began: Ms,
        due: Ms,
    ) -> Answer<Open> {
        let taken = BoxItem::Seat { user: seat.user.clone(), epoch: seat.epoch };
        let this =
            |item: &UserItem| item.seat.instance == seat.instance && item.seat.epoch == seat.epoch;
        let may_follow = |item: &UserItem| match item.state {
            UserState::Open => this(item),
            UserState::Ending => false,
            UserState::Closed => item.seat.epoch < seat.epoch,
        };
        let user = self.user(&seat.user);
        if user.as_ref().is_some_and(|item| item.identity != *identity) {
            return Ok(Open::OtherPerson);
        }
        if let Some(at) = self.revoked(&seat.user).filter(|at| *at >= began) {
            return Ok(Open::Revoked(at));
        }
        // Of a conflict DynamoDB tells only the items whose condition did not hold.
        let user = user.filter(|item| !may_follow(item));
        let instance = self.instance(&seat.instance).filter(|item| *item != taken);
        if user.is_some() || instance.is_some() {
            return Ok(Open::Conflict { user, instance });
        }
        if let Some(home) = self.wanted(&seat.user, &seat.instance, seat.epoch, due)? {
            let (state, identity, seat) = (UserState::Open, identity.clone(), seat.clone());
            self.set_box(&seat.instance, taken, None);
            self.set_user(UserItem { seat, state, identity, ending: None, farewell: None });
            self.set_home(home);
        }
        Ok(Open::Opened)
    }

    pub(super) fn end(&mut self, seat: &Seat, ending: &Ending) -> Write {
        let from = [UserState::Open, UserState::Ending];
        match self.seat_in(seat, &from) {
            Some(item) => {
                let ending = item.ending.or(Some(ending.clone()));
                self.set_user(UserItem { state: UserState::Ending, ending, ..item })
            }
            None => Write::Refused,
        }
    }

    pub(super) fn part(&mut self, seat: &Seat, farewell: Farewell) -> Write {
        match self.seat_in(seat, &[UserState::Ending]) {
            Some(item) => {
                let farewell = item.farewell.or(Some(farewell));
                self.set_user(UserItem { farewell, ..item })
            }
            None => Write::Refused,
        }
    }

    pub(super) fn revoke(&mut self, user: &UserId, by: &UserId, now: Ms) -> Option<Seat> {
        let at = self.revoked(user).map_or(now, |before| before.max(now));
        let revoked = Item::Revoked { user: user.clone(), at };
        self.set(revoked.key(), Some(revoked), false);
        let item = self.user(user).filter(|item| item.state == UserState::Open)?;
        let seat = item.seat.clone();
        let ending = Ending { why: Why::Revoked, at: now, last_seen: None, by: Some(by.clone()) };
        self.set_user(UserItem { state: UserState::Ending, ending: Some(ending), ..item });
        Some(seat)
    }

    pub(super) fn park(&mut self, instance: &InstanceId) -> Write {
        match self.instance(instance) {
            None => self.set_box(instance, BoxItem::Parked, None),
            Some(BoxItem::Parked) => Write::Done,
            Some(BoxItem::Seat { .. } | BoxItem::Waking) => Write::Refused,
        }
    }

    /// `kept`: until when the item of a dead box is; the seat of a living one must be ending.
    pub(super) fn close(&mut self, end: &End, kept: Option<Ms>) -> Answer<Write> {
        let Seat { user, instance, epoch, .. } = &end.seat;
        let from: &[UserState] = match kept {
            Some(_) => &[UserState::Open, UserState::Ending, UserState::Closed],
            None => &[UserState::Ending, UserState::Closed],
        };
        let seat = BoxItem::Seat { user: user.clone(), epoch: *epoch };
        let theirs = self.instance(instance).is_some_and(|b| b == seat || b == BoxItem::Parked);
        match self.seat_in(&end.seat, from) {
            Some(item) if theirs => {
                if let Some(home) = self.left(end)? {
                    self.enter(end);
                    self.set_home(home);
                }
                self.set_user(UserItem { state: UserState::Closed, ..item });
                let expires = kept.map(Ms::seconds).or(self.expires(instance));
                Ok(self.set_box(instance, BoxItem::Parked, expires))
            }
            _ => Ok(Write::Refused),
        }
    }

    pub(super) fn close_dead(&mut self, end: &End) -> Answer<Write> {
        self.close(end, Some(end.at.plus(KEPT_DEAD)))
    }

    pub(super) fn bury(&mut self, instance: &InstanceId, now: Ms) -> Write {
        match self.instance(instance) {
            Some(BoxItem::Parked | BoxItem::Waking) => {
                self.set_box(instance, BoxItem::Parked, Some(now.plus(KEPT_DEAD).seconds()))
            }
            Some(BoxItem::Seat { .. }) | None => Write::Refused,
        }
    }

    /// `from` -> `to`; done if it is `to` already.
    pub(super) fn move_box(&mut self, instance: &InstanceId, from: BoxItem, to: BoxItem) -> Write {
        match self.instance(instance) {
            Some(item) if item == from || item == to => {
                self.set_box(instance, to, self.expires(instance))
            }
            _ => Write::Refused,
        }
    }

    pub(super) fn clear(&mut self, instance: &InstanceId) -> Write {
        match self.instance(instance) {
            None => Write::Done,
            Some(BoxItem::Waking) => self.set(box_key(instance), None, false),
            Some(BoxItem::Seat { .. } | BoxItem::Parked) => Write::Refused,
        }
    }

    pub(super) fn want_capacity(&mut self, now: Ms) {
        let wanted = Item::Capacity { asked: now };
        match self.row(&wanted.key()) {
            Some(Item::Capacity { asked }) if *asked >= now.minus(WANTED_EVERY) => {}
            _ => {
                self.set(wanted.key(), Some(wanted), false);
            }
        }
    }

    pub(super) fn expire(&mut self, now: Ms) -> usize {
        let over = |item: &Item| match item {
            Item::Box { expires: Some(expires), .. } => *expires < now.seconds(),
            Item::Revoked { at, .. } => at.plus(KEPT_REVOKED).seconds() < now.seconds(),
            Item::Box { expires: None, .. } | Item::User(_) | Item::Capacity { .. } => false,
        };
        let over: Vec<String> =
            self.rows.values().filter(|item| over(item)).map(Item::key).collect();
        let count = over.len();
        for key in over {
            self.set(key, None, true);
        }
        count
    }

    pub(super) fn take_changes(&mut self) -> Vec<Change> {
        mem::take(&mut self.changes)
    }

    /// The user's item, if it is that seat in one of these states.
    fn seat_in(&self, seat: &Seat, states: &[UserState]) -> Option<UserItem> {
        self.user(&seat.user).filter(|item| {
            item.seat.instance == seat.instance
                && item.seat.epoch == seat.epoch
                && states.contains(&item.state)
        })
    }

    fn set_user(&mut self, item: UserItem) -> Write {
        let item = Item::User(item);
        self.set(item.key(), Some(item), false)
    }

    fn set_box(&mut self, instance: &InstanceId, item: BoxItem, expires: Option<u64>) -> Write {
        let item = Item::Box { instance: instance.clone(), item, expires };
        self.set(item.key(), Some(item), false)
    }

    /// Writes or removes an item. What was there already makes no change, as in DynamoDB's streams
    /// (DynamoDB Developer Guide, "Change data capture for DynamoDB Streams").
    fn set(&mut self, key: String, new: Option<Item>, by_age: bool) -> Write {
        let at = place(key.clone());
        let old = match &new {
            Some(item) => self.rows.insert(at, item.clone()),
            None => self.rows.remove(&at),
        };
        if old != new {
            self.count += 1;
            self.changes.push(Change { number: self.count, key, old, new, by_age });
        }
        Write::Done
    }
}
